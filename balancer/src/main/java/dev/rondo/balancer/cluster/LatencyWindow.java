package dev.rondo.balancer.cluster;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;

/**
 * A percentile of how long a pool's backends took to the head of their answers of late. Exists only where it is asked for:
 * where hedging is on.
 *
 * <p>Each lane counts in a histogram of its own, sixteen buckets to each doubling: one atomic addition in memory that no other
 * lane writes, no allocation. Once a second whoever asks adds up what is new; what is older loses a tenth of its weight
 * each second, so that half of it is forgotten after 6.6 seconds. The result is the upper bound of a bucket: at most 6.25 %
 * above the real percentile of that weighted sample, never below it.
 *
 * <p>A first attempt that is given up because the second was faster counts too, with the time until it was given up. Left out,
 * it would make the percentile sink, the sooner the more is hedged. A second attempt does not count: of those only the fast ones
 * run to their end.
 */
public final class LatencyWindow {
    /** What is said as long as too little is known: longer than any wait. */
    public static final long UNKNOWN = Long.MAX_VALUE;

    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);
    private static final double KEPT = 0.9;

    private static final int STEP_BITS = 4;
    private static final int STEPS = 1 << STEP_BITS;
    /** 2^10 ns, about a microsecond: faster than any backend. */
    private static final int LOWEST_EXPONENT = 10;
    /** 2^42 ns, more than an hour. */
    private static final int HIGHEST_EXPONENT = 42;

    private static final int CELLS = (HIGHEST_EXPONENT - LOWEST_EXPONENT) * STEPS;

    private final double percentile;
    private final double least;
    private final AtomicIntegerArray[] lanes;

    /** Held by the one who adds up, together with the next two arrays. */
    private final AtomicBoolean adding = new AtomicBoolean();

    private final int[] seen = new int[CELLS];
    private final double[] weights = new double[CELLS];

    private volatile long due;
    private volatile long nanos = UNKNOWN;

    /**
     * An empty window.
     *
     * @param lanes more than any index of a lane
     * @param percentile between 0 and 1, both excluded; nothing is said before 1 / (1 - percentile) answers are known, of which
     *     one is beyond it
     * @param now nanoseconds of the clock that {@link #nanos} is asked with
     */
    public LatencyWindow(int lanes, double percentile, long now) {
        if (!(percentile > 0 && percentile < 1)) {
            throw new IllegalArgumentException("percentile: " + percentile + " is not between 0 and 1");
        }
        this.percentile = percentile;
        this.least = 1 / (1 - percentile) * (1 - 1e-9);
        this.lanes = IntStream.range(0, lanes)
                .mapToObj(_ -> new AtomicIntegerArray(CELLS))
                .toArray(AtomicIntegerArray[]::new);
        this.due = now + INTERVAL;
    }

    /** An attempt of a request on this lane took so many nanoseconds to the head of its answer, or until it was given up. */
    public void record(int lane, long tookNanos) {
        lanes[lane].getAndIncrement(cell(tookNanos));
    }

    /** The percentile in nanoseconds, as of a second ago or less; {@link #UNKNOWN} where too few answers are known. */
    public long nanos(long now) {
        if (now - due >= 0 && adding.compareAndSet(false, true)) {
            try {
                if (now - due >= 0) addUp(now);
            } finally {
                adding.set(false);
            }
        }
        return nanos;
    }

    private void addUp(long now) {
        double kept = Math.pow(KEPT, (double) (1 + (now - due) / INTERVAL));
        double total = 0;
        for (int cell = 0; cell < CELLS; cell++) {
            int sum = 0;
            for (AtomicIntegerArray lane : lanes) sum += lane.get(cell);
            // counts wrap round, and what is new is still their difference
            weights[cell] = weights[cell] * kept + (sum - seen[cell]);
            seen[cell] = sum;
            total += weights[cell];
        }
        nanos = total < least ? UNKNOWN : bound(total * percentile);
        due = now + INTERVAL;
    }

    private long bound(double rank) {
        double below = 0;
        int cell = 0;
        while (cell < CELLS - 1 && (below += weights[cell]) < rank) cell++;
        return upperBound(cell);
    }

    /** The four bits behind the leading one, and where that stands. */
    static int cell(long nanos) {
        if (nanos <= 1L << LOWEST_EXPONENT) return 0;
        if (nanos > 1L << HIGHEST_EXPONENT) return CELLS - 1;
        long last = nanos - 1; // a bound belongs to the bucket below it
        int exponent = 63 - Long.numberOfLeadingZeros(last);
        int step = (int) (last >>> (exponent - STEP_BITS)) & (STEPS - 1);
        return (exponent - LOWEST_EXPONENT) * STEPS + step;
    }

    /** The longest that is counted in this cell. */
    static long upperBound(int cell) {
        int exponent = LOWEST_EXPONENT + cell / STEPS;
        return (long) (STEPS + cell % STEPS + 1) << (exponent - STEP_BITS);
    }
}
