package dev.rondo.balancer.cluster;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.HealthCheckConfig;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.testkit.Configurations;
import dev.rondo.balancer.testkit.Threads;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What many threads do to one pool at once. */
class PoolThreadsTest {
    private static final int ROUNDS = 3_000;

    private final Resolver resolver =
            new Resolver(host -> List.of(InetAddress.getLoopbackAddress()), Duration.ofDays(1));

    private Pool pool(Configurations configuration) {
        Cluster cluster = new Cluster(
                new Cluster.Surroundings(resolver, List.of(), () -> 0, new SplittableRandom(1), (pool, change) -> {}));
        cluster.apply(configuration.build(), 1);
        resolver.close();
        return requireNonNull(cluster.pool("default"));
    }

    private static int visit(Pool pool, SplittableRandom random) {
        int most = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<Backend> tried =
                    random.nextInt(4) > 0 ? List.of() : List.of(pool.backends().get(random.nextInt(2)));
            Lease lease = pool.acquire(0, 0, random, tried);
            if (lease == null) {
                Pool.Waited waited = pool.await(0, random, () -> tried, Long.MAX_VALUE, () -> false);
                assertThat(waited).isInstanceOf(Pool.Waited.Got.class);
                lease = ((Pool.Waited.Got) waited).lease();
            }
            assertThat(tried).doesNotContain(lease.backend());
            most = Math.max(most, lease.backend().inFlight());
            pool.release(lease);
        }
        return most;
    }

    /** Room for two, and no clock that would help. A wake-up that is lost leaves somebody waiting for ever: then this fails after a minute. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void noWakeUpIsLost() throws Exception {
        Pool pool = pool(on(EngineKind.AUTO).backend(1, 1).backend(2, 1));
        assertThat(Threads.runNumbered(number -> visit(pool, new SplittableRandom(number))))
                .containsOnly(1);
        assertThat(pool.inFlight()).isZero();
        assertThat(pool.waiting()).isZero();
    }

    private static PoolConfig checked(PoolConfig pool) {
        return change().healthCheck(HealthCheckConfig.http("/health")).apply(pool);
    }

    /** Each thread judges one backend: what it says is never undone by what another says of another. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void noWriterOfASnapshotUndoesAnothersWord() throws Exception {
        Pool pool = pool(on(EngineKind.AUTO).backends(1, 2, 3, 4, 5, 6, 7, 8).policies(PoolThreadsTest::checked));
        List<Backend> backends = pool.backends();
        for (Backend backend : backends) pool.checked(backend, true, "status 200");
        List<Boolean> kept = Threads.runNumbered(number -> {
            Backend mine = backends.get(number);
            boolean all = true;
            for (int round = 0; round < ROUNDS; round++) {
                pool.drain(mine, "by a person");
                all &= pool.look().get(number).state() == BackendState.DRAINING;
                pool.undrain(mine);
                all &= pool.look().get(number).used();
                pool.checked(mine, false, "refused");
                all &= pool.look().get(number).state() == BackendState.DOWN;
                pool.checked(mine, true, "status 200");
            }
            return all;
        });
        assertThat(kept).containsOnly(true);
        assertThat(pool.look()).allMatch(look -> look.state() == BackendState.UP && look.used());
    }

    /** Five failures in a row by all threads together: out at once, or one more; and never more than the share, or the last. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void threadsTogetherNeverEjectTooMany() throws Exception {
        Pool pool = pool(on(EngineKind.AUTO).backends(1, 2, 3, 4));
        Threads.runNumbered(number -> {
            SplittableRandom random = new SplittableRandom(number);
            for (int round = 0; round < ROUNDS; round++) {
                Lease lease = pool.acquire(0, 0, random, List.of());
                if (lease == null) continue;
                pool.judge(lease, Outcome.FAILED, 0, 0, 0);
                pool.release(lease);
            }
            return number;
        });
        List<BackendState> states = pool.look().stream().map(Look::state).toList();
        assertThat(states).filteredOn(BackendState.EJECTED::equals).hasSize(2);
        assertThat(states).filteredOn(BackendState.UP::equals).hasSize(2);
        assertThat(pool.inFlight()).isZero();
    }
}
