package dev.rondo.balancer.telemetry;

/** A histogram of durations that one thread at a time records into and any thread reads. */
final class Durations {
    private static final int SUM_NANOS = DurationBuckets.CELLS;

    private final Counters counters = new Counters(DurationBuckets.CELLS + 1);

    void record(long nanos) {
        counters.add(DurationBuckets.cell(nanos), 1);
        counters.add(SUM_NANOS, Math.max(0, nanos));
    }

    /** The sum over several lanes, taken at a scrape. */
    static final class Merged {
        private final long[] cells = new long[DurationBuckets.CELLS];
        private long sumNanos;

        void add(Durations durations) {
            for (int i = 0; i < cells.length; i++) {
                cells[i] += durations.counters.get(i);
            }
            sumNanos += durations.counters.get(SUM_NANOS);
        }

        long cell(int index) {
            return cells[index];
        }

        double sumSeconds() {
            return sumNanos / 1e9;
        }
    }
}
