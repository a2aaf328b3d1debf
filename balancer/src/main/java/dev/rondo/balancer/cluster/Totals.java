package dev.rondo.balancer.cluster;

import dev.rondo.balancer.telemetry.BackendTotals;

/**
 * What a backend has done since it is known; two of them make an interval.
 *
 * @param successes attempts that ended {@link Outcome#OK}
 * @param failures attempts that ended {@link Outcome#FAILED} or {@link Outcome#REFUSED}
 * @param answers attempts whose time to the response's head is in {@code latencyNanos}
 * @param latencyNanos sum of those times
 */
record Totals(long successes, long failures, long answers, long latencyNanos) {
    static final Totals NONE = new Totals(0, 0, 0, 0);

    static Totals of(BackendTotals counted) {
        return new Totals(counted.answers(), counted.failures(), counted.answers(), counted.latencyNanos());
    }

    /** Nothing where a counter has gone backwards: whatever has happened there, it says nothing of the interval. */
    Totals since(Totals before) {
        boolean backwards = successes < before.successes
                || failures < before.failures
                || answers < before.answers
                || latencyNanos < before.latencyNanos;
        if (backwards) return NONE;
        return new Totals(
                successes - before.successes,
                failures - before.failures,
                answers - before.answers,
                latencyNanos - before.latencyNanos);
    }

    long requests() {
        return successes + failures;
    }

    double successRate() {
        return (double) successes / requests();
    }

    double meanLatencyNanos() {
        return (double) latencyNanos / answers;
    }
}
