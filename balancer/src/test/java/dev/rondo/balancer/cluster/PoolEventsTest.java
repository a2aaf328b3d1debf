package dev.rondo.balancer.cluster;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.HealthCheckConfig;
import dev.rondo.balancer.config.Strategy;
import dev.rondo.balancer.connect.Resolver;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/** Any sequence of what can happen to a pool; a sequence that breaks a rule is made as short as it can be. */
class PoolEventsTest {
    private static final int BACKENDS = 4;

    private enum Kind {
        DRAINED,
        UNDRAINED,
        CHECK_PASSED,
        CHECK_FAILED,
        WEIGHED_TO_NOTHING,
        WEIGHED_AS_CONFIGURED,
        FAILS,
        ANSWERS,
        TIME_PASSES,
        RELOADED_WITHOUT,
        RELOADED
    }

    record Event(Kind kind, int who) {}

    private static final class World implements AutoCloseable {
        private final SplittableRandom random = new SplittableRandom(1);
        private final Strategy strategy;
        private final Resolver resolver =
                new Resolver(host -> List.of(InetAddress.getLoopbackAddress()), Duration.ofDays(1));
        private final Cluster cluster;
        private long now;

        World(Strategy strategy) {
            this.strategy = strategy;
            this.cluster =
                    new Cluster(new Cluster.Surroundings(resolver, List.of(), () -> now, random, (pool, change) -> {}));
            reload(-1);
        }

        @Override
        public void close() {
            resolver.close();
        }

        Pool pool() {
            return requireNonNull(cluster.pool("default"));
        }

        private void reload(int without) {
            List<BackendConfig> backends = new ArrayList<>();
            for (int i = 0; i < BACKENDS; i++) {
                if (i != without)
                    backends.add(new BackendConfig("b" + i, URI.create("http://b" + i), 1, i == BACKENDS - 1, 0));
            }
            Configuration next = on(EngineKind.AUTO)
                    .backends(80)
                    .policies(change().strategy(strategy).backends(backends).healthCheck(HealthCheckConfig.tcp()))
                    .build();
            cluster.apply(next, 1);
        }

        void happens(Event event) {
            for (Backend backend : pool().backends()) {
                if (backend.id().equals("b" + event.who)) happensTo(backend, event.kind);
            }
            switch (event.kind) {
                case RELOADED -> reload(-1);
                case RELOADED_WITHOUT -> reload(event.who);
                case TIME_PASSES -> {
                    now += Duration.ofSeconds(40).toNanos();
                    pool().tick();
                }
                default -> {}
            }
        }

        private void happensTo(Backend backend, Kind kind) {
            switch (kind) {
                case DRAINED -> pool().drain(backend, "by a person");
                case UNDRAINED -> pool().undrain(backend);
                case CHECK_PASSED -> pool().checked(backend, true, "passed");
                case CHECK_FAILED -> pool().checked(backend, false, "refused");
                case WEIGHED_TO_NOTHING -> pool().weigh(backend, 0);
                case WEIGHED_AS_CONFIGURED -> pool().weigh(backend, null);
                case FAILS -> {
                    for (int i = 0; i < 5; i++) pool().judge(backend.plainLease(), Outcome.FAILED, 1, 0, now);
                }
                case ANSWERS -> visit();
                default -> {}
            }
        }

        /** A request that is answered at once; null where nobody could be picked. */
        @Nullable
        Backend visit() {
            Lease lease = pool().acquire(random.nextLong(), now, random, List.of());
            if (lease == null) return null;
            pool().judge(lease, Outcome.OK, 1, 0, now);
            pool().release(lease);
            return lease.backend();
        }

        /** Usable and no backup; else usable; else, in the same order, who is not known yet; else, in a panic, who is ejected. */
        Set<Backend> eligible() {
            Set<Backend> usable = new HashSet<>();
            Set<Backend> unknown = new HashSet<>();
            Set<Backend> ejected = new HashSet<>();
            for (Look look : pool().look()) {
                switch (look.state()) {
                    case UP, PROBATION -> usable.add(look.backend());
                    case UNKNOWN -> (look.ejection() instanceof Ejection.Out ? ejected : unknown).add(look.backend());
                    case EJECTED -> ejected.add(look.backend());
                    case DOWN, DRAINING -> {}
                }
            }
            if (!usable.isEmpty()) return withoutBackups(usable);
            return unknown.isEmpty() ? ejected : withoutBackups(unknown);
        }

        private static Set<Backend> withoutBackups(Set<Backend> all) {
            Set<Backend> primary = new HashSet<>(all);
            primary.removeIf(backend -> backend.config().backup());
            return primary.isEmpty() ? all : primary;
        }
    }

    @Property(tries = 300)
    void onlyWhoIsEligibleIsPicked(
            @ForAll Strategy strategy,
            @ForAll @Size(max = 40) List<Kind> kinds,
            @ForAll @IntRange(max = 999) int seed) {
        try (World world = new World(strategy)) {
            SplittableRandom who = new SplittableRandom(seed);
            for (Kind kind : kinds) {
                world.happens(new Event(kind, who.nextInt(BACKENDS)));
                Set<Backend> eligible = world.eligible();
                Backend picked = world.visit();
                if (eligible.isEmpty()) assertThat(picked).isNull();
                else assertThat(picked).isIn(eligible);
            }
        }
    }

    @Property(tries = 200)
    void equalsAreServedInTurnWhateverHappened(
            @ForAll @Size(max = 40) List<Kind> kinds, @ForAll @IntRange(max = 999) int seed) {
        try (World world = new World(Strategy.ROUND_ROBIN)) {
            SplittableRandom who = new SplittableRandom(seed);
            for (Kind kind : kinds) world.happens(new Event(kind, who.nextInt(BACKENDS)));
            for (int i = 0; i < BACKENDS; i++) world.visit(); // whoever is on probation passes
            int equals = world.eligible().size();
            for (int window = 0; window < 3; window++) {
                Set<@Nullable Backend> hit = new HashSet<>();
                for (int i = 0; i < equals; i++) hit.add(world.visit());
                assertThat(hit).hasSize(equals).doesNotContainNull();
            }
        }
    }
}
