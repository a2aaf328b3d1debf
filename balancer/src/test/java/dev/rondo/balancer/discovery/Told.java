package dev.rondo.balancer.discovery;

import dev.rondo.balancer.cluster.Found;
import dev.rondo.balancer.config.BackendSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Hears what feeds tell; a test waits for what it expects and not for a time. */
final class Told implements Discovery.Sink {
    private static final long DEADLINE_SECONDS = 30;

    private final BlockingQueue<List<String>> told = new LinkedBlockingQueue<>();

    @Override
    public void found(String pool, BackendSource source, List<Found> found) {
        told.add(found.stream().map(Told::shown).toList());
    }

    private static String shown(Found found) {
        return (found.withheld() == null ? "" : "!")
                + (found.near() ? "" : "~")
                + found.config().id()
                + (found.config().backup() ? " backup" : "");
    }

    /** What is told next. */
    List<String> next() throws InterruptedException {
        List<String> next = told.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        if (next == null) throw new AssertionError("nothing is told");
        return next;
    }

    boolean isSilent() {
        return told.isEmpty();
    }

    /** Waits until the status of {@code feed} is as expected. */
    static SourceStatus await(Feed feed, Predicate<SourceStatus> expected) {
        long begun = System.nanoTime();
        while (true) {
            SourceStatus now = feed.status();
            if (expected.test(now)) return now;
            if (System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS))
                throw new AssertionError("it stays " + now);
            Thread.onSpinWait();
        }
    }
}
