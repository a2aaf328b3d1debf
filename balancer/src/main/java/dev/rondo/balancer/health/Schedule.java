package dev.rondo.balancer.health;

import java.util.random.RandomGenerator;

/**
 * When the checks of one backend are due. Jitter keeps those of many backends, and of many balancers, from falling together.
 *
 * @param intervalNanos from the beginning of a check to the beginning of the next, on average
 * @param jitter the share of the interval by which a check may come sooner or later, 0 to 1
 */
public record Schedule(long intervalNanos, double jitter) {
    /** When the first check is due: at once, or up to {@code jitter} of an interval later. */
    public long first(long nowNanos, RandomGenerator random) {
        return nowNanos + (long) (intervalNanos * jitter * random.nextDouble());
    }

    /**
     * When the next check is due: an interval after the last has begun, give or take the jitter, but never before it has ended.
     *
     * @param begunNanos when the last one began
     * @param nowNanos when it has ended
     */
    public long next(long begunNanos, long nowNanos, RandomGenerator random) {
        long due = begunNanos + (long) (intervalNanos * (1 + jitter * (2 * random.nextDouble() - 1)));
        return due - nowNanos < 0 ? nowNanos : due;
    }
}
