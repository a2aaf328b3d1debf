package dev.rondo.balancer.cluster;

/**
 * What a backend has done since it is known; two of them make an interval.
 *
 * @param successes attempts that ended {@link Outcome#OK}
 * @param failures attempts that ended {@link Outcome#FAILED}
 * @param answers attempts whose time to the response's head is in {@code latencyNanos}
 * @param latencyNanos sum of those times
 */
record Totals(long successes, long failures, long answers, long latencyNanos) {
    static final Totals NONE = new Totals(0, 0, 0, 0);

    Totals since(Totals before) {
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
