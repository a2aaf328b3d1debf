package dev.rondo.balancer.telemetry;

/**
 * What was counted about a backend, over all loops.
 *
 * @param requests that ended there, since the start
 * @param picks attempts that were begun there, since the start
 * @param inFlight requests there now
 * @param active connections that carry a request now
 * @param idle connections that are kept for the next one now
 */
public record BackendTotals(long requests, long picks, long inFlight, long active, long idle) {
    /** Of sums over lanes. Lanes are read one after the other: a gauge that is below zero is so only in the reading. */
    static BackendTotals of(long[] sums) {
        return new BackendTotals(
                sums[BackendCounts.REQUESTS],
                sums[BackendCounts.PICKS],
                Math.max(0, sums[BackendCounts.IN_FLIGHT]),
                Math.max(0, sums[BackendCounts.ACTIVE]),
                Math.max(0, sums[BackendCounts.IDLE]));
    }
}
