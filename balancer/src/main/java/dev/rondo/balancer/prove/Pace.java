package dev.rondo.balancer.prove;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When the next request is due. Who is late because every connection is busy makes up for a second at most, so that a server
 * that comes back is not met by all that was missed. Thread-safe.
 */
final class Pace {
    private static final long CREDIT = TimeUnit.SECONDS.toNanos(1);

    private final double interval;
    private final long begin;
    private final long length;
    private final long requests;
    private double next;
    private long taken;
    private boolean stopped;

    /** Begins at {@code begin}, in nanoseconds of the clock that {@link #take} is given. */
    Pace(double rate, Duration duration, long requests, long begin) {
        this.interval = rate == 0 ? 0 : 1e9 / rate;
        this.begin = begin;
        this.length = requests > 0 ? Long.MAX_VALUE : duration.toNanos();
        this.requests = requests > 0 ? requests : Long.MAX_VALUE;
    }

    /** The moment of the next request, which is the caller's now; null where there is none any more. */
    synchronized @Nullable Long take(long now) {
        if (stopped || taken == requests) return null;
        long elapsed = now - begin;
        double due = interval == 0 ? elapsed : Math.max(next, elapsed - (double) CREDIT);
        if (due >= length) return null;
        taken++;
        next = due + interval;
        return begin + (long) due;
    }

    /** Nothing is due any more. */
    synchronized void stop() {
        stopped = true;
    }

    synchronized boolean isStopped() {
        return stopped;
    }
}
