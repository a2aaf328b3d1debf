package dev.rondo.balancer.app;

import dev.rondo.balancer.config.Loaded;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code rondo print}. */
@Command(
        name = "print",
        description =
                "Shows the effective values of a configuration and where each comes from. The output is YAML again.",
        mixinStandardHelpOptions = true)
final class PrintCommand implements Callable<Integer> {
    @Mixin
    private final ConfigurationFile source = new ConfigurationFile();

    @Override
    public Integer call() {
        Loaded.Valid valid = source.load();
        if (valid == null) return Main.WRONG;
        source.out().print(valid.effective());
        source.out().flush();
        return 0;
    }
}
