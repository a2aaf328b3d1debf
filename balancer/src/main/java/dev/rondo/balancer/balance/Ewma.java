package dev.rondo.balancer.balance;

import java.util.concurrent.atomic.AtomicReference;

/**
 * An average of latencies that follows a rise at once and a fall slowly: Finagle's "peak EWMA". It decays by time and not by the
 * number of calls: what is left of a difference after t nanoseconds is e^(-t / decay), however many samples came meanwhile.
 * Where none come it decays to 0, so that one which was slow is tried again. Any number of threads may call it.
 */
public final class Ewma {
    /** A value and its time belong together, so they are replaced together. */
    private record Level(double nanos, long at) {}

    private final double decayNanos;
    private final AtomicReference<Level> level = new AtomicReference<>(new Level(0, 0));

    /**
     * Nothing measured yet.
     *
     * @param decayNanos after this time 37 % (1/e) of a difference is left; above 0
     */
    public Ewma(long decayNanos) {
        if (decayNanos <= 0) {
            throw new IllegalArgumentException("a decay of " + decayNanos + " ns: give more than 0");
        }
        this.decayNanos = decayNanos;
    }

    /**
     * Takes a latency into account.
     *
     * @param sampleNanos what was measured; not negative
     * @param nowNanos when; one that is before the last (another thread was faster) counts as the same time
     */
    public void add(long sampleNanos, long nowNanos) {
        Level before;
        Level after;
        do {
            before = level.get();
            after = after(before, sampleNanos, nowNanos);
        } while (!level.compareAndSet(before, after));
    }

    private Level after(Level before, long sampleNanos, long nowNanos) {
        if (sampleNanos < before.nanos) {
            double left = left(before, nowNanos);
            return new Level(before.nanos * left + sampleNanos * (1 - left), later(before, nowNanos));
        }
        // from 0 whatever the time of it: of an empty one the time means nothing
        return new Level(sampleNanos, before.nanos == 0 ? nowNanos : later(before, nowNanos));
    }

    /** What is left of it now, in nanoseconds; 0 where nothing was measured or it was too long ago. */
    public long nanos(long nowNanos) {
        Level now = level.get();
        return (long) (now.nanos * left(now, nowNanos));
    }

    private double left(Level level, long nowNanos) {
        return Math.exp(-Math.max(0, nowNanos - level.at) / decayNanos);
    }

    // by difference: System.nanoTime may be negative and may wrap
    private static long later(Level level, long nowNanos) {
        return nowNanos - level.at > 0 ? nowNanos : level.at;
    }
}
