package dev.rondo.balancer.app;

import dev.rondo.balancer.config.Loaded;
import dev.rondo.balancer.telemetry.ApplicationLog;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code rondo run}: serves until a signal ends it. */
@Command(
        name = "run",
        description =
                "Serves with a configuration until SIGTERM (drains as configured) or SIGINT (without drain.delay);"
                        + " a second signal ends at once. SIGUSR1 opens the access log again.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    @Mixin
    private final ConfigurationFile source = new ConfigurationFile();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public Integer call() throws InterruptedException {
        Loaded.Valid valid = source.load(spec.commandLine().getErr());
        if (valid == null) return Main.WRONG;
        ApplicationLog.install(valid.configuration().log());
        Rondo rondo;
        try {
            rondo = Rondo.start(valid.configuration());
        } catch (IOException e) {
            spec.commandLine().getErr().println("rondo: " + e.getMessage());
            return Main.FAILED;
        }
        Signals.on("TERM", () -> end(rondo, true));
        Signals.on("INT", () -> end(rondo, false));
        Signals.on("USR1", rondo::reopenAccessLog);
        ended.await();
        return 0;
    }

    private void end(Rondo rondo, boolean delayed) {
        if (asked.getAndIncrement() > 0) {
            rondo.hurry();
            return;
        }
        rondo.drain(delayed);
        ended.countDown();
    }
}
