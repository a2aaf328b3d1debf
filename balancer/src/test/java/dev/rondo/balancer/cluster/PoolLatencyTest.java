package dev.rondo.balancer.cluster;

import static dev.rondo.balancer.testkit.PoolChange.change;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.config.Strategy;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.telemetry.Telemetry;
import dev.rondo.balancer.testkit.Configurations;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a pool makes of how long an attempt took. */
class PoolLatencyTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private static PoolConfig ewma(PoolConfig pool) {
        return change().strategy(Strategy.PEAK_EWMA).apply(pool);
    }

    @Test
    void whatWasCutShortMakesNobodyLookFaster() {
        try (Resolver resolver = new Resolver(host -> List.of(InetAddress.getLoopbackAddress()), Duration.ofDays(1))) {
            Cluster cluster = new Cluster(new Cluster.Surroundings(
                    resolver,
                    List.of(new Telemetry(1, null).recorder(0)),
                    () -> 0,
                    new Random(1),
                    (pool, transition) -> {}));
            cluster.apply(
                    Configurations.on(EngineKind.AUTO)
                            .backends(1)
                            .policies(PoolLatencyTest::ewma)
                            .build(),
                    1);
            Pool pool = requireNonNull(cluster.pool("default"));
            Lease lease = requireNonNull(pool.acquire(0, 0, new Random(1), List.of()));
            Backend backend = lease.backend();

            pool.judge(lease, Outcome.OK, 50 * MILLI, 0, 0);
            assertThat(backend.latencyNanos(0)).isEqualTo(50 * MILLI);
            long second = TimeUnit.SECONDS.toNanos(1);
            long before = backend.latencyNanos(second);
            for (Outcome outcome : List.of(Outcome.FAILED, Outcome.OUTPACED, Outcome.NEUTRAL)) {
                pool.judge(lease, outcome, 0, 0, second);
                assertThat(backend.latencyNanos(second)).as(outcome.name()).isEqualTo(before);
            }
            pool.judge(lease, Outcome.NEUTRAL, 300 * MILLI, 0, second);
            assertThat(backend.latencyNanos(second)).isEqualTo(before);
            pool.judge(lease, Outcome.OUTPACED, 200 * MILLI, 0, second);
            assertThat(backend.latencyNanos(second)).isEqualTo(200 * MILLI);
            pool.judge(lease, Outcome.FAILED, 300 * MILLI, 0, second);
            assertThat(backend.latencyNanos(second)).isEqualTo(300 * MILLI);
        }
    }
}
