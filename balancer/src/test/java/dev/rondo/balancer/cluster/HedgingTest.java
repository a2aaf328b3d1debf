package dev.rondo.balancer.cluster;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.HedgeConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HedgingTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private static HedgeConfig config(double percentile, int minMillis) {
        return new HedgeConfig(percentile, Duration.ofMillis(minMillis));
    }

    private static Hedging of(HedgeConfig config, @Nullable Hedging before) {
        return requireNonNull(Hedging.of(config, before, 1, 0));
    }

    @Test
    void whereNothingIsConfiguredNothingIsMeasured() {
        assertThat(Hedging.of(null, of(config(0.5, 10), null), 1, 0)).isNull();
    }

    @Test
    void theDelayIsThePercentileAndNeverLessThanConfigured() {
        Hedging slow = of(config(0.5, 10), null);
        Hedging fast = of(config(0.5, 10), null);
        assertThat(slow.delay(0)).as("nothing is known").isEqualTo(LatencyWindow.UNKNOWN);
        for (int i = 0; i < 10; i++) {
            slow.took(0, 80 * MILLI);
            fast.took(0, MILLI);
        }
        assertThat(slow.delay(SECOND)).isBetween(80 * MILLI, 85 * MILLI);
        assertThat(fast.delay(SECOND)).isEqualTo(10 * MILLI);
    }

    @Test
    void whatIsKnownOutlivesAReloadUnlessAnotherPercentileIsAsked() {
        Hedging first = of(config(0.5, 10), null);
        for (int i = 0; i < 10; i++) first.took(0, 80 * MILLI);
        assertThat(first.delay(SECOND)).isNotEqualTo(LatencyWindow.UNKNOWN);
        assertThat(of(config(0.5, 200), first).delay(SECOND)).isEqualTo(200 * MILLI);
        assertThat(of(config(0.9, 10), first).delay(SECOND)).isEqualTo(LatencyWindow.UNKNOWN);
    }
}
