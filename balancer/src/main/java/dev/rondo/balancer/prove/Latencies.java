package dev.rondo.balancer.prove;

/** Durations, each within one percent: 128 cells for each power of two of microseconds. Not thread-safe. */
final class Latencies {
    private static final int BITS = 7;
    private static final int CELLS = 1 << BITS;

    private final long[] counts = new long[(64 - BITS) * CELLS];
    private long count;
    private long most;

    /** Takes one, in nanoseconds. */
    void add(long nanos) {
        long micros = Math.max(0, nanos / 1_000);
        counts[cell(micros)]++;
        count++;
        most = Math.max(most, micros);
    }

    private static int cell(long micros) {
        int shift = Math.max(0, 64 - Long.numberOfLeadingZeros(micros) - (BITS + 1));
        return shift * CELLS + (int) (micros >>> shift);
    }

    private static long upper(int cell) {
        int shift = Math.max(0, cell / CELLS - 1);
        return ((long) (cell - shift * CELLS) << shift) + (1L << shift) - 1;
    }

    /** How many there are and how long they took. */
    Summary summary() {
        return new Summary(count, quantile(0.5) / 1e3, quantile(0.99) / 1e3, most / 1e3);
    }

    /** In microseconds: not less than that share of all. */
    private long quantile(double share) {
        long rank = (long) Math.ceil(share * count);
        long seen = 0;
        for (int cell = 0; cell < counts.length; cell++) {
            seen += counts[cell];
            if (seen >= rank) return Math.min(upper(cell), most);
        }
        return most;
    }

    /**
     * What they come to.
     *
     * @param p50 milliseconds
     * @param p99 milliseconds
     * @param max milliseconds
     */
    record Summary(long count, double p50, double p99, double max) {}
}
