package dev.rondo.balancer.app;

import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.config.Loaded;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code rondo check}. */
@Command(
        name = "check",
        description = "Checks a configuration: exits 0, or prints every problem and exits 2.",
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
    @Mixin
    private final ConfigurationFile source = new ConfigurationFile();

    @Override
    public Integer call() {
        Loaded.Valid valid = source.load();
        if (valid == null) return Main.WRONG;
        int backends = valid.configuration().pools().values().stream()
                .mapToInt(pool -> pool.backends().size())
                .sum();
        long sources = valid.configuration().pools().values().stream()
                .filter(pool -> !(pool.source() instanceof BackendSource.Listed))
                .count();
        source.out()
                .printf(
                        "%s is good: %d pools, %d backends%s, %d routes%n",
                        source.file,
                        valid.configuration().pools().size(),
                        backends,
                        sources == 0 ? "" : " and those that " + sources + " of the pools find",
                        valid.configuration().routes().size());
        return 0;
    }
}
