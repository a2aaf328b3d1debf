package dev.rondo.balancer.telemetry;

/**
 * What one lane counts about one backend, or about the requests of a pool that reached none.
 *
 * @param pool empty where no route matched
 * @param backend empty where none was asked
 */
record BackendCounts(
        String pool, String backend, Counters counters, RequestCounts requests, Durations whole, Durations upstream) {
    static final int IN_FLIGHT = 0;
    /** Attempts that were begun: what a pick is. */
    static final int PICKS = 1;

    static final int ACTIVE = 2;
    static final int IDLE = 3;
    static final int FRESH = 4;
    static final int REUSED = 5;
    static final int STALE = 6;
    static final int REQUESTS = 7;
    static final int KINDS = 8;

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
