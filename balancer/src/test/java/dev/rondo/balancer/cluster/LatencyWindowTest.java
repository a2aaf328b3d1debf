package dev.rondo.balancer.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The percentile that a hedge waits for. */
class LatencyWindowTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    /** Clocks count from anywhere and may wrap round. */
    private static final long START = Long.MAX_VALUE - SECOND / 2;

    private static void record(LatencyWindow window, int count, long nanos) {
        for (int i = 0; i < count; i++) window.record(i % 2, nanos);
    }

    @Property(tries = 2000)
    void aCellTakesWhatIsUpToItsBound(@ForAll @LongRange(min = 1025, max = 1L << 42) long nanos) {
        int cell = LatencyWindow.cell(nanos);
        assertThat(nanos).isLessThanOrEqualTo(LatencyWindow.upperBound(cell));
        if (cell > 0) assertThat(nanos).isGreaterThan(LatencyWindow.upperBound(cell - 1));
        assertThat((double) LatencyWindow.upperBound(cell) / nanos).isLessThanOrEqualTo(1.0625);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1, 1024, 1025, (1L << 42) + 1, Long.MAX_VALUE})
    void anyDurationHasACell(long nanos) {
        LatencyWindow window = new LatencyWindow(1, 0.5, 0);
        for (int i = 0; i < 2; i++) window.record(0, nanos);
        assertThat(window.nanos(SECOND)).isBetween(1L, (1L << 42));
    }

    /** Against the sorted sample itself. */
    @Property(tries = 500)
    void theEstimateIsTheSamplesPercentileOrALittleAbove(
            @ForAll @Size(min = 100, max = 400) List<@LongRange(min = 2_000, max = 60_000_000_000L) Long> sample,
            @ForAll @DoubleRange(min = 0.5, max = 0.99) double percentile) {
        LatencyWindow window = new LatencyWindow(2, percentile, 0);
        for (int i = 0; i < sample.size(); i++) window.record(i % 2, sample.get(i));
        List<Long> sorted = sample.stream().sorted().toList();
        int rank = (int) Math.ceil(sample.size() * percentile);
        long exact = sorted.get(rank - 1);
        assertThat((double) window.nanos(SECOND)).isBetween((double) exact, exact * 1.0625);
    }

    @Test
    void nothingIsSaidOfTooFew() {
        LatencyWindow window = new LatencyWindow(2, 0.95, START);
        assertThat(window.nanos(START)).isEqualTo(LatencyWindow.UNKNOWN);
        record(window, 19, 5 * MILLI);
        assertThat(window.nanos(START + SECOND)).isEqualTo(LatencyWindow.UNKNOWN);
        record(window, 3, 5 * MILLI); // 19 have become 17.1
        assertThat(window.nanos(START + 2 * SECOND)).isBetween(5 * MILLI, 6 * MILLI);
    }

    @Test
    void twentyAreEnoughForTheNinetyFifth() {
        LatencyWindow window = new LatencyWindow(2, 0.95, START);
        record(window, 20, 5 * MILLI);
        assertThat(window.nanos(START + SECOND)).isBetween(5 * MILLI, 6 * MILLI);
    }

    @Test
    void itIsAsOfTheLastSecond() {
        LatencyWindow window = new LatencyWindow(2, 0.95, START);
        record(window, 100, MILLI);
        assertThat(window.nanos(START + SECOND - 1)).isEqualTo(LatencyWindow.UNKNOWN);
        long first = window.nanos(START + SECOND);
        record(window, 1000, 100 * MILLI);
        assertThat(window.nanos(START + 2 * SECOND - 1)).isEqualTo(first);
        assertThat(window.nanos(START + 2 * SECOND)).isGreaterThan(99 * MILLI);
    }

    /** A pool that was slow is not held for slow for long, and by time, not by calls. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void whatIsOldIsForgottenByTime(int asksASecond) {
        LatencyWindow window = new LatencyWindow(2, 0.95, START);
        record(window, 1000, 100 * MILLI);
        long now = START + SECOND;
        assertThat(window.nanos(now)).isGreaterThan(99 * MILLI);
        int seconds = 0;
        while (window.nanos(now) > 2 * MILLI) {
            record(window, 1000, MILLI);
            for (int ask = 1; ask <= asksASecond; ask++) {
                assertThat(window.nanos(now + ask * SECOND / asksASecond)).isPositive();
            }
            now += SECOND;
            seconds++;
        }
        assertThat(seconds).isEqualTo(11); // the first k for which 0.9^k is at most 5 % of 0.9^k + 10 (1 - 0.9^k)
    }

    @Test
    void silenceForgetsAsManySecondsAsItLasted() {
        LatencyWindow often = new LatencyWindow(2, 0.95, START);
        LatencyWindow once = new LatencyWindow(2, 0.95, START);
        for (LatencyWindow window : List.of(often, once)) record(window, 50, MILLI);
        assertThat(often.nanos(START + SECOND)).isEqualTo(once.nanos(START + SECOND));
        for (int second = 2; second < 9; second++) {
            assertThat(often.nanos(START + second * SECOND)).isLessThan(2 * MILLI);
        }
        // 50 × 0.9^8 = 21.5, 50 × 0.9^9 = 19.4
        assertThat(once.nanos(START + 9 * SECOND)).isLessThan(2 * MILLI);
        assertThat(often.nanos(START + 9 * SECOND)).isLessThan(2 * MILLI);
        assertThat(once.nanos(START + 10 * SECOND)).isEqualTo(LatencyWindow.UNKNOWN);
        assertThat(often.nanos(START + 10 * SECOND)).isEqualTo(LatencyWindow.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.5, 95, Double.NaN})
    void aPercentileIsAFraction(double percentile) {
        assertThatThrownBy(() -> new LatencyWindow(1, percentile, 0)).hasMessageContaining("percentile: ");
    }

    /** All that many threads record is added up once, whoever does it. */
    @Test
    void noSampleIsLostOrCountedTwice() throws InterruptedException, ExecutionException {
        LatencyWindow window = new LatencyWindow(2, 0.9, 0);
        List<FutureTask<Boolean>> tasks = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            int lane = thread % 2;
            long nanos = thread == 0 ? 100 * MILLI : MILLI;
            FutureTask<Boolean> task = new FutureTask<>(() -> {
                boolean said = false;
                for (int i = 0; i < 50_000; i++) {
                    window.record(lane, nanos);
                    said |= window.nanos(SECOND - 1) != LatencyWindow.UNKNOWN;
                }
                return said;
            });
            tasks.add(task);
            Thread.ofPlatform().daemon().start(task);
        }
        for (FutureTask<Boolean> task : tasks) assertThat(task.get()).isFalse();
        assertThat(window.nanos(SECOND)).isGreaterThan(99 * MILLI); // a quarter was slow
        record(window, 250_000, MILLI); // 45,000 of 430,000 are more than a tenth
        assertThat(window.nanos(2 * SECOND)).isGreaterThan(99 * MILLI);
    }
}
