package dev.rondo.balancer.app;

import dev.rondo.balancer.config.Loaded;
import dev.rondo.balancer.telemetry.ApplicationLog;
import dev.rondo.balancer.wire.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code rondo run}: serves until a signal ends it. */
@Command(
        name = "run",
        description =
                "Serves with a configuration until SIGTERM (drains as configured) or SIGINT (without drain.delay);"
                        + " a second signal ends at once. SIGUSR1 opens the access log again, SIGHUP reads the"
                        + " configuration again.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:ended by a signal, after all requests",
            "1:a port is in use, a file cannot be written, the descriptors do not suffice, or the drain failed",
            "2:the command line or the configuration is wrong",
            "130, 143:ended at once by a second signal, SIGINT or SIGTERM"
        })
final class RunCommand implements Callable<Integer> {
    @Mixin
    private final ConfigurationFile source = new ConfigurationFile();

    RunCommand() {}

    /** A command that was not made by picocli. */
    RunCommand(Path file) {
        source.file = file;
    }

    private static final System.Logger LOG = System.getLogger(RunCommand.class.getName());
    private static final int BY_SIGNAL = 128;
    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();
    private volatile int status;

    @Override
    public Integer call() throws InterruptedException {
        // before the file is read: what is changed during the start is a change
        FileDigest digest = new FileDigest(source.file);
        Loaded.Valid valid = source.load();
        if (valid == null) return Main.WRONG;
        ApplicationLog.install(valid.configuration().log());
        // before the start: whoever sees that it serves may stop it
        CompletableFuture<Rondo> started = new CompletableFuture<>();
        on("TERM", () -> end(started.join(), true, SIGTERM));
        on("INT", () -> end(started.join(), false, SIGINT));
        Signals.on("USR1", () -> started.join().reopenAccessLog());
        on("HUP", () -> started.join().reload("SIGHUP"));
        try {
            Rondo rondo = Rondo.start(valid.configuration(), Surroundings.REAL.source(source::read));
            started.complete(rondo);
            watch(rondo, digest);
        } catch (IOException e) {
            source.errors().println("rondo: " + e.getMessage());
            return Main.FAILED;
        }
        ended.await();
        return status;
    }

    private static void on(String signal, Runnable action) {
        if (!Signals.on(signal, action))
            LOG.log(
                    System.Logger.Level.INFO,
                    "SIG" + signal + " does nothing: whoever started this process had it ignored, as nohup does");
    }

    /** Looks at the file's digest now and then: a mounted ConfigMap changes by a link that is swapped, of which no event tells. */
    private void watch(Rondo rondo, FileDigest digest) {
        Thread.ofVirtual().name("rondo-reload").start(() -> {
            long looked = Ticker.SYSTEM.nanos();
            while (true) {
                long left = looked + rondo.reloading().interval().toNanos() - Ticker.SYSTEM.nanos();
                if (left > 0) { // not longer than a moment: a reload may have made the interval shorter
                    LockSupport.parkNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
                    continue;
                }
                looked = Ticker.SYSTEM.nanos();
                if (rondo.reloading().watch() && digest.hasChanged()) rondo.reload(source.file + " has changed");
            }
        });
    }

    private void end(Rondo rondo, boolean delayed, int signal) {
        if (asked.getAndIncrement() == 0) {
            try {
                rondo.drain(delayed);
            } catch (RuntimeException | Error e) {
                LOG.log(System.Logger.Level.ERROR, "the drain failed inside Rondo: ending at once", e);
                if (status == 0) status = Main.FAILED; // a second signal's stays
            } finally {
                ended.countDown(); // whoever was asked to end must not wait for a second signal
            }
            return;
        }
        status = BY_SIGNAL + signal;
        rondo.hurry();
        try {
            boolean inOrder = ended.await(1, TimeUnit.SECONDS);
            if (!inOrder) ended.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
