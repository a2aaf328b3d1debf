package dev.rondo.balancer.telemetry;

/**
 * What was counted about a backend, over all loops.
 *
 * @param requests that ended there, since the start
 * @param failures attempts that failed by its fault, since the start: see {@link Attempt#failed()}
 * @param picks attempts that were begun there, since the start
 * @param answers attempts that got the head of an answer and did not fail, since the start
 * @param latencyNanos to those heads, summed: a failure that comes fast makes nobody look fast
 * @param active connections that carry a request now
 * @param idle connections that are kept for the next one now
 */
public record BackendTotals(
        long requests, long failures, long picks, long answers, long latencyNanos, long active, long idle) {
    /** Of sums over lanes. Lanes are read one after the other: a gauge that is below zero is so only in the reading. */
    static BackendTotals of(long[] sums) {
        return new BackendTotals(
                sums[BackendCounts.REQUESTS],
                sums[BackendCounts.FAILURES],
                sums[BackendCounts.PICKS],
                sums[BackendCounts.ANSWERS],
                sums[BackendCounts.LATENCY],
                Math.max(0, sums[BackendCounts.ACTIVE]),
                Math.max(0, sums[BackendCounts.IDLE]));
    }
}
