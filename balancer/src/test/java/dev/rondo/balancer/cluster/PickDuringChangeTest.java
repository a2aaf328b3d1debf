package dev.rondo.balancer.cluster;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.Balancing;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.Strategy;
import dev.rondo.balancer.connect.Resolver;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a request finds between two steps of another thread: a pool asks its clock while it makes a snapshot, so whoever is the
 * clock stands between the change and the snapshot that tells of it.
 */
class PickDuringChangeTest {
    private @Nullable Runnable between;
    private final Resolver resolver =
            new Resolver(host -> List.of(InetAddress.getLoopbackAddress()), Duration.ofDays(1));
    private final Cluster cluster = new Cluster(
            new Cluster.Surroundings(resolver, List.of(), this::clock, new SplittableRandom(1), (pool, change) -> {}));

    private long clock() {
        Runnable now = between;
        between = null;
        if (now != null) now.run();
        return 0;
    }

    private Pool pool(Strategy strategy, double panicThreshold, BackendConfig... backends) {
        Balancing balancing =
                new Balancing(Balancing.DEFAULT.hashOn(), 0, panicThreshold, null, Balancing.DEFAULT.queue(), null);
        Configuration configuration = on(EngineKind.AUTO)
                .backends(80)
                .policies(
                        change().strategy(strategy).backends(List.of(backends)).balancing(balancing))
                .build();
        cluster.apply(configuration, 1);
        resolver.close();
        return requireNonNull(cluster.pool("default"));
    }

    private static BackendConfig backend(String id, boolean backup, int maxRequests) {
        return new BackendConfig(id, URI.create("http://" + id), 1, backup, maxRequests);
    }

    private static @Nullable Lease acquire(Pool pool) {
        return pool.acquire(7, 0, new SplittableRandom(1), List.of());
    }

    /** Fails as often as it takes, all at once. */
    private static Lease eject(Pool pool) {
        Lease lease = requireNonNull(acquire(pool));
        for (int i = 0; i < 5; i++) pool.judge(lease, Outcome.FAILED, 0, 0, 0);
        return lease;
    }

    /** It must not ask the same picker for the same backend for ever; a thread that does so is stopped, and this fails. */
    @ParameterizedTest
    @EnumSource(Strategy.class)
    @Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void oneThatWasJustEjectedIsPassedOver(Strategy strategy) {
        Pool pool = pool(strategy, 0, backend("a", false, 0), backend("b", false, 0), backend("c", false, 0));
        Lease lease = requireNonNull(acquire(pool));
        for (int i = 0; i < 4; i++) pool.judge(lease, Outcome.FAILED, 0, 0, 0);
        List<@Nullable Lease> picked = new ArrayList<>();
        between = () -> {
            for (int i = 0; i < 6; i++) picked.add(acquire(pool));
        };
        pool.judge(lease, Outcome.FAILED, 0, 0, 0);
        assertThat(picked).hasSize(6).allSatisfy(it -> {
            assertThat(it).isNotNull();
            assertThat(requireNonNull(it).backend()).isNotSameAs(lease.backend());
        });
    }

    /** The next snapshot will have somebody: until then nobody can be had, and the caller waits in line for it. */
    @ParameterizedTest
    @EnumSource(Strategy.class)
    @Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whereTheOnlyOneWasJustEjectedNobodyIsPicked(Strategy strategy) {
        Pool pool = pool(strategy, 0, backend("a", false, 0), backend("b", true, 0));
        Lease lease = requireNonNull(acquire(pool));
        for (int i = 0; i < 4; i++) pool.judge(lease, Outcome.FAILED, 0, 0, 0);
        List<@Nullable Lease> picked = new ArrayList<>();
        between = () -> picked.add(acquire(pool));
        pool.judge(lease, Outcome.FAILED, 0, 0, 0);
        assertThat(picked).hasSize(1).containsOnlyNulls();
        assertThat(requireNonNull(acquire(pool)).backend().id()).isEqualTo("b");
    }

    /** {@code panic-threshold} uses all: also where somebody has a limit, so that who has room is asked. */
    @Test
    void inAPanicTheEjectedAreUsedWhereThereAreLimits() {
        Pool pool = pool(Strategy.ROUND_ROBIN, 1, backend("a", false, 1), backend("b", false, 0));
        Lease ejected = eject(pool);
        pool.release(ejected);
        assertThat(pool.tier()).isEqualTo(Tier.ALL);
        List<String> picked = new ArrayList<>();
        for (int i = 0; i < 3; i++)
            picked.add(requireNonNull(acquire(pool)).backend().id());
        assertThat(picked).contains("a", "b");
    }
}
