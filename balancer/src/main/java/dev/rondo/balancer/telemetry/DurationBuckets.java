package dev.rondo.balancer.telemetry;

/**
 * Exponential buckets of Prometheus' native histograms, schema 3: eight to each doubling, so that a quantile read from them is
 * off by 4.5 % at most. Bucket {@code i} takes what is over 2^((i-1)/8) and at most 2^(i/8) seconds.
 *
 * <p>A cell is a bucket's place in an array: cell 0 takes all up to {@link #ZERO_THRESHOLD}, the last one all over 2^20 s.
 */
final class DurationBuckets {
    static final int SCHEMA = 3;

    private static final int PER_DOUBLING = 1 << SCHEMA;
    private static final int LOWEST_EXPONENT = -17;
    private static final int HIGHEST_EXPONENT = 20;

    /** Seconds, about 7.6 µs: faster than any exchange, so only refusals before the first byte are below. */
    static final double ZERO_THRESHOLD = Math.scalb(1.0, LOWEST_EXPONENT);

    static final int CELLS = 2 + (HIGHEST_EXPONENT - LOWEST_EXPONENT) * PER_DOUBLING;

    private static final long MANTISSA = (1L << 52) - 1;

    /** The mantissas of 2^0, 2^(1/8), … 2^(7/8). */
    private static final long[] BOUNDS = bounds();

    private DurationBuckets() {}

    private static long[] bounds() {
        long[] bounds = new long[PER_DOUBLING];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = Double.doubleToRawLongBits(Math.pow(2, (double) i / PER_DOUBLING)) & MANTISSA;
        }
        return bounds;
    }

    /** The cell of a duration: its exponent, and four comparisons of its mantissa. */
    static int cell(long nanos) {
        if (nanos <= 0) {
            return 0;
        }
        long bits = Double.doubleToRawLongBits(nanos / 1e9);
        long mantissa = bits & MANTISSA;
        int step = 0;
        if (mantissa > BOUNDS[3]) {
            step = 4;
        }
        if (mantissa > BOUNDS[step + 1]) {
            step += 2;
        }
        if (mantissa > BOUNDS[step]) {
            step++;
        }
        if (mantissa > BOUNDS[step]) {
            step++;
        }
        int exponent = (int) (bits >>> 52) - Double.MAX_EXPONENT;
        int cell = (exponent - LOWEST_EXPONENT) * PER_DOUBLING + step;
        return Math.clamp(cell, 0, CELLS - 1);
    }

    /** The index of a cell other than 0 among the native histogram's buckets. */
    static int nativeIndex(int cell) {
        return cell + LOWEST_EXPONENT * PER_DOUBLING;
    }

    /** The cell whose upper bound is 2^exponent seconds. */
    static int cellOfPower(int exponent) {
        return (exponent - LOWEST_EXPONENT) * PER_DOUBLING;
    }
}
