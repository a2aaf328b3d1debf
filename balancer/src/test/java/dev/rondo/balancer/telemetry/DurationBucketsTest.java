package dev.rondo.balancer.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class DurationBucketsTest {
    private static final long LOWEST_NANOS = (long) Math.ceil(DurationBuckets.ZERO_THRESHOLD * 1e9);

    private static double upperBound(int cell) {
        return Math.pow(2, DurationBuckets.nativeIndex(cell) / 8.0);
    }

    @Property(tries = 20_000)
    void agreesWithTheLogarithm(@ForAll @LongRange(min = 7_630, max = 1_000_000_000_000_000L) long nanos) {
        int cell = DurationBuckets.cell(nanos);
        double exact = 8 * Math.log(nanos / 1e9) / Math.log(2);
        assertThat((double) DurationBuckets.nativeIndex(cell)).isCloseTo(Math.ceil(exact), within(1e-9 + near(exact)));
    }

    /** Beside a border the logarithm's own rounding may decide the other way. */
    private static double near(double exact) {
        return Math.abs(exact - Math.rint(exact)) < 1e-9 ? 1 : 0;
    }

    @Property(tries = 20_000)
    void liesBetweenTheBoundsOfItsCell(@ForAll @LongRange(min = 7_630, max = 1_000_000_000_000_000L) long nanos) {
        int cell = DurationBuckets.cell(nanos);
        assertThat(nanos / 1e9).isLessThanOrEqualTo(upperBound(cell)).isGreaterThan(upperBound(cell - 1));
    }

    @Property
    void neverShrinksAndNeverLeavesTheArray(@ForAll long one, @ForAll long other) {
        int low = DurationBuckets.cell(Math.min(one, other));
        int high = DurationBuckets.cell(Math.max(one, other));
        assertThat(low).isBetween(0, high);
        assertThat(high).isLessThan(DurationBuckets.CELLS);
    }

    @Test
    void aPowerOfTwoIsTheTopOfItsCell() {
        assertThat(DurationBuckets.cell(1_000_000_000)).isEqualTo(DurationBuckets.cellOfPower(0));
        assertThat(DurationBuckets.cell(1_000_000_001)).isEqualTo(DurationBuckets.cellOfPower(0) + 1);
        assertThat(DurationBuckets.cell(125_000_000)).isEqualTo(DurationBuckets.cellOfPower(-3));
        assertThat(DurationBuckets.nativeIndex(DurationBuckets.cellOfPower(0))).isZero();
    }

    @Test
    void theLowestCellsMeetAtTheZeroThreshold() {
        assertThat(DurationBuckets.cell(0)).isZero();
        assertThat(DurationBuckets.cell(-5)).isZero();
        assertThat(DurationBuckets.cell(LOWEST_NANOS - 1)).isZero();
        assertThat(DurationBuckets.cell(LOWEST_NANOS)).isEqualTo(1);
    }

    @Test
    void whatIsOverTheTopStaysInTheLastCell() {
        assertThat(DurationBuckets.cell(Long.MAX_VALUE)).isEqualTo(DurationBuckets.CELLS - 1);
    }
}
