package dev.rondo.balancer.cluster;

import static dev.rondo.balancer.testkit.PoolChange.change;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.HealthCheckConfig;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.testkit.Configurations;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is said of a backend while the configuration changes, and who is told. */
class PoolChangesTest {
    private static final HealthCheckConfig CHECKED = HealthCheckConfig.http("/health");

    private final Resolver resolver =
            new Resolver(host -> List.of(InetAddress.getLoopbackAddress()), Duration.ofHours(1));
    private final List<String> told = new ArrayList<>();
    private final Cluster cluster = new Cluster(
            new Cluster.Surroundings(resolver, List.of(), () -> 0, new SplittableRandom(1), new Pool.Transitions() {
                @Override
                public void changed(Pool pool, Transition change) {
                    told.add(change.backend() + " " + change.from() + " " + change.to() + ": " + change.reason());
                }

                @Override
                public void joined(Pool pool, Look backend) {
                    told.add(backend.backend().id() + " joined: "
                            + backend.state().word());
                }

                @Override
                public void left(Pool pool, String backend) {
                    told.add(backend + " left");
                }

                @Override
                public void tiered(Pool pool, Tier from, Tier to) {
                    told.add(from.word() + " to " + to.word());
                }
            }));

    @AfterEach
    void close() {
        resolver.close();
    }

    private static Configuration configuration(@Nullable HealthCheckConfig check, int... weights) {
        Configurations all = Configurations.on(EngineKind.VIRTUAL_THREADS);
        for (int i = 0; i < weights.length; i++) all.backend("default", i + 1, weights[i]);
        return all.policies(change().healthCheck(check)).build();
    }

    private Pool apply(@Nullable HealthCheckConfig check, int... weights) {
        cluster.apply(configuration(check, weights), 1);
        return Objects.requireNonNull(cluster.pool("default"));
    }

    private static int weight(Pool pool) {
        return pool.look().getFirst().weight();
    }

    @Test
    void whoeverSetsAWeightLastIsHeard() {
        Pool pool = apply(null, 1, 1);
        Backend one = pool.backends().getFirst();
        pool.weigh(one, 7);
        assertThat(weight(pool)).isEqualTo(7);
        apply(null, 1, 4, 4);
        assertThat(weight(pool)).as("a reload for another reason").isEqualTo(7);
        apply(null, 2, 4);
        assertThat(weight(pool)).as("the file has something to say").isEqualTo(2);
        apply(null, 1, 4);
        assertThat(weight(pool)).as("what was forgotten does not come back").isEqualTo(1);
        pool.weigh(one, 9);
        pool.weigh(one, null);
        assertThat(weight(pool)).isEqualTo(1);
    }

    @Test
    void aWeightOfNoneDrainsUntilTheFileOrTheApiSaysAnother() {
        Pool pool = apply(null, 1, 1);
        pool.weigh(pool.backends().getFirst(), 0);
        apply(null, 1, 1);
        apply(null, 3, 1);
        assertThat(told)
                .containsExactly("b1 up draining: its weight is 0", "b1 draining up: nothing is held against it");
    }

    @Test
    void aDrainOutlivesAReload() {
        Pool pool = apply(null, 1, 1);
        pool.drain(pool.backends().getFirst(), "drained by the API");
        apply(null, 5, 1);
        assertThat(pool.look().getFirst().state()).isEqualTo(BackendState.DRAINING);
        pool.undrain(pool.backends().getFirst());
        assertThat(told)
                .containsExactly("b1 up draining: drained by the API", "b1 draining up: nothing is held against it");
    }

    /** Else it would be down for good: nobody checks it any more. */
    @Test
    void aVerdictThatComesWhenChecksHaveJustBeenRemovedIsNotHeard() {
        Pool pool = apply(CHECKED, 1, 1);
        Backend one = pool.backends().getFirst();
        pool.checked(one, true, "status 200");
        apply(null, 1, 1);
        pool.checked(one, false, "status 500");
        assertThat(pool.look().getFirst().state()).isEqualTo(BackendState.UP);
        assertThat(told).containsExactly("b1 unknown up: status 200", "b2 unknown up: nothing is held against it");
    }

    @Test
    void whoComesAndGoesIsTold() {
        Pool pool = apply(CHECKED, 1);
        pool.checked(pool.backends().getFirst(), true, "status 200");
        told.clear();
        apply(CHECKED, 1, 1);
        assertThat(told).containsExactly("b2 joined: unknown");
        Backend two = pool.backends().get(1);
        apply(CHECKED, 1);
        pool.checked(two, true, "too late");
        assertThat(told).containsExactly("b2 joined: unknown", "b2 left");
    }

    @Test
    void aPoolThatCanServeNoMoreIsTold() {
        Pool pool = apply(CHECKED, 1, 1);
        for (Backend backend : pool.backends()) pool.checked(backend, true, "well");
        told.clear();
        for (Backend backend : pool.backends()) pool.checked(backend, false, "refused");
        assertThat(pool.canServe()).isFalse();
        pool.checked(pool.backends().getFirst(), true, "well again");
        assertThat(told)
                .containsExactly(
                        "b1 up down: refused",
                        "b2 up down: refused",
                        "healthy to none",
                        "b1 down up: well again",
                        "none to healthy");
    }
}
