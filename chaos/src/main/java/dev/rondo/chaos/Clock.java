package dev.rondo.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Time in a scenario, where it is real. */
final class Clock {
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(10);

    private Clock() {}

    /** What is waited for. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /** Lets time pass. */
    static void pass(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    /** Milliseconds until it held; throws where it does not in time. */
    static long await(Duration patience, String otherwise, Condition condition)
            throws IOException, InterruptedException {
        long millis = elapsed(patience, condition);
        if (millis < 0) throw new IOException(otherwise + " (after " + patience.toSeconds() + " s)");
        return millis;
    }

    /** Milliseconds until it held; -1 where it does not in time. */
    static long elapsed(Duration patience, Condition condition) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - begin > patience.toNanos()) return -1;
            LockSupport.parkNanos(LOOK);
            if (Thread.interrupted()) throw new InterruptedException();
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    /** Of the machine. */
    static long millis() {
        return System.currentTimeMillis();
    }
}
