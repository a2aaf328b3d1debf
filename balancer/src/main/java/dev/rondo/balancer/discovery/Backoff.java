package dev.rondo.balancer.discovery;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** How long a source that does not answer is left alone: longer each time, and never long, since it may come back any moment. */
final class Backoff {
    private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LONGEST = TimeUnit.SECONDS.toNanos(5);
    /** So that many balancers do not come back all at once. */
    private static final double JITTER = 0.2;

    private Backoff() {}

    /** @param failures in a row, at least one */
    static long nanos(int failures, RandomGenerator random) {
        long base = Math.min(LONGEST, FIRST << Math.min(failures - 1, 10));
        return (long) (base * (1 - JITTER + 2 * JITTER * random.nextDouble()));
    }
}
