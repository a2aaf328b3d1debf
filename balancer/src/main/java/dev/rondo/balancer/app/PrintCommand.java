package dev.rondo.balancer.app;

import dev.rondo.balancer.config.Loaded;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code rondo print}. */
@Command(
        name = "print",
        description =
                "Shows the effective values of a configuration and where each comes from. The output is YAML again.",
        mixinStandardHelpOptions = true)
final class PrintCommand implements Callable<Integer> {
    @Mixin
    private final ConfigurationFile source = new ConfigurationFile();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        Loaded.Valid valid = source.load(spec.commandLine().getErr());
        if (valid == null) return Main.WRONG;
        spec.commandLine().getOut().print(valid.effective());
        spec.commandLine().getOut().flush();
        return 0;
    }
}
