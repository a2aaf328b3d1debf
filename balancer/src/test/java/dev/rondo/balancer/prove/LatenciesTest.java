package dev.rondo.balancer.prove;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void quantilesAreWithinOnePercent() {
        for (long scale = 1; scale < 10_000_000; scale *= 10) {
            Latencies latencies = new Latencies();
            for (int i = 1; i <= 1000; i++) latencies.add(i * scale * 1_000);
            Latencies.Summary summary = latencies.summary();
            assertThat(summary.p50()).isCloseTo(500 * scale / 1e3, withPercentage(1));
            assertThat(summary.p99()).isCloseTo(990 * scale / 1e3, withPercentage(1));
            assertThat(summary.max()).isEqualTo(1000 * scale / 1e3);
        }
    }

    @Test
    void anyDurationHasItsCell() {
        Latencies latencies = new Latencies();
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 100_000; i++) latencies.add(random.nextLong() >>> random.nextInt(64));
        latencies.add(Long.MAX_VALUE);
        latencies.add(-1);
        assertThat(latencies.summary().count()).isEqualTo(100_002);
    }

    @Test
    void noneIsZero() {
        assertThat(new Latencies().summary()).isEqualTo(new Latencies.Summary(0, 0, 0, 0));
    }
}
