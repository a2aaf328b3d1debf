package dev.rondo.balancer.telemetry;

import dev.rondo.balancer.config.RetryOn;

/**
 * What one lane counts about one backend, or about the requests of a pool that reached none.
 *
 * @param pool empty where no route matched
 * @param backend empty where none was asked
 */
record BackendCounts(
        String pool, String backend, Counters counters, RequestCounts requests, Durations whole, Durations upstream) {
    /** Attempts that were begun: what a pick is. */
    static final int PICKS = 0;

    static final int ACTIVE = 1;
    static final int IDLE = 2;
    static final int FRESH = 3;
    static final int REUSED = 4;
    static final int STALE = 5;
    static final int REQUESTS = 6;
    /** Attempts that failed by the backend's fault. */
    static final int FAILURES = 7;
    /** Nanoseconds to the heads of {@link #ANSWERS}, summed. */
    static final int LATENCY = 8;
    /** Attempts that got the head of an answer which is no failure. */
    static final int ANSWERS = 9;
    /** Of requests that were sent to another backend afterwards: one for each {@link RetryOn}, by its ordinal. */
    private static final int RETRIES = 10;

    /** Of requests that were slow there: one for each {@link HedgeOutcome}, by its ordinal. */
    private static final int HEDGES = RETRIES + RetryOn.values().length;

    static final int KINDS = HEDGES + HedgeOutcome.values().length;

    /** The kind of retries after {@code how}. */
    @SuppressWarnings("EnumOrdinal") // lives no longer than the process
    static int retries(RetryOn how) {
        return RETRIES + how.ordinal();
    }

    /** The kind of second attempts that ended so. */
    @SuppressWarnings("EnumOrdinal") // as above
    static int hedges(HedgeOutcome how) {
        return HEDGES + how.ordinal();
    }

    BackendCounts(String pool, String backend) {
        this(pool, backend, new Counters(KINDS), new RequestCounts(), new Durations(), new Durations());
    }

    /** Adds each kind's count to its place in {@code sums}. */
    void addTo(long[] sums) {
        for (int kind = 0; kind < KINDS; kind++) {
            sums[kind] += counters.get(kind);
        }
    }
}
