package dev.rondo.balancer.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.cluster.BackendState;
import dev.rondo.balancer.cluster.Cluster;
import dev.rondo.balancer.cluster.Lease;
import dev.rondo.balancer.cluster.Outcome;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.telemetry.Telemetry;
import dev.rondo.balancer.testkit.Configurations;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PoolTicksTest {
    private static final int FAILURES = 5;

    private long now = Long.MAX_VALUE - 1; // wraps soon
    private boolean broken;

    private static void ejectTheFirst(Pool pool, long now) {
        for (int i = 0; i < FAILURES; i++) {
            Lease lease = requireNonNull(
                    pool.acquire(0, now, new Random(0), pool.backends().subList(1, 2)));
            pool.judge(lease, Outcome.FAILED, 1, 0, now);
            pool.release(lease);
        }
        assertThat(pool.look().getFirst().state()).isEqualTo(BackendState.EJECTED);
    }

    @Test
    void onePoolThatFailsHoldsUpNoOther() {
        try (Resolver resolver = new Resolver(Resolver::system, Duration.ofDays(1))) {
            Cluster cluster = new Cluster(
                    new Cluster.Surroundings(resolver, List.of(), () -> now, new Random(0), (pool, change) -> {
                        if (broken && pool.name().equals("first")) throw new IllegalStateException("on purpose");
                    }));
            cluster.apply(
                    Configurations.on(EngineKind.VIRTUAL_THREADS)
                            .backend("first", 1, 1)
                            .backend("first", 2, 1)
                            .backend("second", 1, 1)
                            .backend("second", 2, 1)
                            .build(),
                    16);
            for (Pool pool : cluster.pools()) ejectTheFirst(pool, now);
            now += TimeUnit.SECONDS.toNanos(30);
            broken = true;
            new PoolTicks(cluster, new Telemetry(1, null)::totals).run();
            assertThat(requireNonNull(cluster.pool("second")).look().getFirst().state())
                    .isEqualTo(BackendState.PROBATION);
        }
    }
}
