package dev.rondo.balancer.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final long SECOND = 1_000_000_000;

    @Property
    void theFirstCheckComesWithinTheJitter(
            @ForAll long now,
            @ForAll long seed,
            @ForAll @LongRange(min = 1, max = 3600 * SECOND) long interval,
            @ForAll @DoubleRange(min = 0, max = 1) double jitter) {
        long wait = new Schedule(interval, jitter).first(now, new Random(seed)) - now;
        assertThat(wait).isBetween(0L, (long) (interval * jitter));
    }

    @Property
    void theNextComesAnIntervalAfterTheLastBegan(
            @ForAll long begun,
            @ForAll long seed,
            @ForAll @LongRange(min = 1, max = 3600 * SECOND) long interval,
            @ForAll @DoubleRange(min = 0, max = 1) double jitter) {
        long wait = new Schedule(interval, jitter).next(begun, begun, new Random(seed)) - begun;
        assertThat((double) wait).isBetween(interval * (1 - jitter) - 1, interval * (1 + jitter));
    }

    @Property
    void neverBeforeTheLastHasEnded(
            @ForAll long begun,
            @ForAll long seed,
            @ForAll @LongRange(min = 0, max = 7200 * SECOND) long took,
            @ForAll @LongRange(min = 1, max = 3600 * SECOND) long interval) {
        long now = begun + took;
        assertThat(new Schedule(interval, 0.2).next(begun, now, new Random(seed)) - now)
                .isNotNegative();
    }

    @Test
    void jitterMovesChecksButNotTheirMean() {
        SplittableRandom random = new SplittableRandom(7);
        Schedule schedule = new Schedule(2 * SECOND, 0.2);
        LongStream waits = LongStream.range(0, 10_000).map(_ -> schedule.next(0, 0, random));
        assertThat(waits.summaryStatistics().getAverage()).isBetween(1.99 * SECOND, 2.01 * SECOND);
    }

    @Test
    void manyFirstChecksSpread() {
        SplittableRandom random = new SplittableRandom(7);
        Schedule schedule = new Schedule(2 * SECOND, 0.2);
        long[] tenths = new long[10];
        for (int i = 0; i < 10_000; i++) tenths[(int) (schedule.first(0, random) / (SECOND / 25))]++;
        assertThat(LongStream.of(tenths)).allMatch(count -> count > 900 && count < 1100);
    }
}
