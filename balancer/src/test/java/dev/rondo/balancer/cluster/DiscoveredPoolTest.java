package dev.rondo.balancer.cluster;

import static dev.rondo.balancer.testkit.PoolChange.change;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.HealthCheckConfig;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.telemetry.BackendLabels;
import dev.rondo.balancer.testkit.Configurations;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pool whose backends come and go while the process runs. */
class DiscoveredPoolTest {
    private static final BackendSource API = service("api");

    private final List<String> lookedUp = new ArrayList<>();
    private final Resolver resolver = new Resolver(
            host -> {
                synchronized (lookedUp) {
                    lookedUp.add(host);
                }
                return List.of(InetAddress.getLoopbackAddress());
            },
            Duration.ofDays(1));
    private final List<String> changes = new ArrayList<>();
    private long now = Long.MAX_VALUE - 1; // wraps soon
    private final Cluster cluster = new Cluster(new Cluster.Surroundings(
            resolver,
            List.of(),
            () -> now,
            new Random(0),
            (pool, change) -> changes.add(change.backend() + " " + change.from() + " " + change.to())));

    @AfterEach
    void close() {
        resolver.close();
    }

    private static BackendSource service(String name) {
        return new BackendSource.Kubernetes(name, "shop", null, false, null, 1, 0);
    }

    private static Configuration of(BackendSource source) {
        return of(source, null);
    }

    private static Configuration of(BackendSource source, @Nullable HealthCheckConfig check) {
        return Configurations.on(EngineKind.VIRTUAL_THREADS)
                .backends(1)
                .policies(pool -> with(pool, source, check))
                .build();
    }

    private static PoolConfig with(PoolConfig pool, BackendSource source, @Nullable HealthCheckConfig check) {
        return change().source(source).healthCheck(check).apply(pool);
    }

    private static BackendConfig config(String id, String host) {
        return new BackendConfig(id, URI.create("http://" + host + ":80"), 1);
    }

    private static Found at(String id, String host) {
        return new Found(config(id, host));
    }

    private static Found withheld(String id, String host) {
        return new Found(config(id, host), true, new Withheld("it ends", true));
    }

    private static Found notReady(String id, String host) {
        return new Found(config(id, host), true, new Withheld("it is not ready", false));
    }

    private static Found far(String id, String host) {
        return new Found(config(id, host), false, null);
    }

    private List<Backend> tell(Found... found) {
        return cluster.discovered("default", API, List.of(found), _ -> 16);
    }

    private Pool pool() {
        return requireNonNull(cluster.pool("default"));
    }

    private Backend backend(String id) {
        return pool().backends().stream()
                .filter(backend -> backend.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private @Nullable Lease pick(Backend... tried) {
        return pool().acquire(0, 0, new Random(0), List.of(tried));
    }

    /** Whom that many requests go to. */
    private List<String> picks(int count) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) ids.add(requireNonNull(pick()).backend().id());
        return ids;
    }

    @Test
    void emptyUntilSomethingIsFound() {
        cluster.apply(of(API), 16);
        assertThat(pool().canServe()).isFalse();
        assertThat(pool().tier()).isEqualTo(Tier.NONE);
        assertThat(pick()).isNull();
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"));
        assertThat(picks(4)).containsExactlyInAnyOrder("a", "b", "a", "b");
        assertThat(tell()).extracting(Backend::id).containsExactlyInAnyOrder("a", "b");
        assertThat(pool().canServe()).isFalse();
    }

    @Test
    void aBackendStaysTheSameAsLongAsItsNameAndItsPlace() {
        cluster.apply(of(API), 16);
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"));
        Backend a = backend("a");
        Backend b = backend("b");
        assertThat(tell(at("a", "10.0.0.1"), at("c", "10.0.0.3"))).containsExactly(b);
        assertThat(backend("a")).isSameAs(a);
        tell(at("a", "10.0.0.9"), at("b", "10.0.0.2"));
        assertThat(backend("a")).as("it has moved").isNotSameAs(a);
        assertThat(backend("a").labels()).as("its counters go on").isEqualTo(a.labels());
        assertThat(backend("b").labels())
                .as("and those of one that has come back")
                .isEqualTo(b.labels());
    }

    @Test
    void whoIsWithheldEndsWhatItHas() {
        cluster.apply(of(API), 16);
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"));
        Backend a = backend("a");
        Lease lease = requireNonNull(pick(backend("b")));
        assertThat(lease.backend()).isSameAs(a);
        assertThat(tell(withheld("a", "10.0.0.1"), at("b", "10.0.0.2"))).isEmpty();
        assertThat(picks(3)).containsOnly("b");
        assertThat(pool().look().getFirst())
                .extracting(Look::state, Look::reason, look -> look.backend().inFlight())
                .containsExactly(BackendState.DRAINING, "it ends", 1);
        pool().release(lease);
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"));
        assertThat(backend("a")).isSameAs(a);
        assertThat(picks(2)).containsExactlyInAnyOrder("a", "b");
        assertThat(changes).containsExactly("a up draining", "a draining up");
    }

    @Test
    void whatAPersonSaysAndWhatDiscoverySaysAreTwoThings() {
        cluster.apply(of(API), 16);
        tell(withheld("a", "10.0.0.1"), at("b", "10.0.0.2"));
        pool().undrain(backend("a"));
        assertThat(picks(3)).as("a person does not bring a pod back").containsOnly("b");
        pool().drain(backend("b"), "by hand");
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"));
        assertThat(picks(3)).as("a pod that is ready does not undo a drain").containsOnly("a");
        cluster.apply(of(API), 8);
        assertThat(picks(3)).as("nor does a reload").containsOnly("a");
    }

    /** A pod flickers, or a record of DNS does, while somebody works on the machine. */
    @Test
    void whatAPersonSaysHoldsThoughTheBackendGoesForAWhile() {
        cluster.apply(of(API), 16);
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"));
        pool().drain(backend("b"), "by hand");
        pool().weigh(backend("b"), 7);
        tell(at("a", "10.0.0.1"));
        now += TimeUnit.MINUTES.toNanos(59);
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"));
        assertThat(picks(3)).containsOnly("a");
        assertThat(pool().look().getLast())
                .extracting(Look::state, Look::reason, Look::weight)
                .containsExactly(BackendState.DRAINING, "by hand", 7);

        tell(at("a", "10.0.0.1"), at("b", "10.0.0.3"));
        assertThat(picks(2)).as("it is another there").containsExactlyInAnyOrder("a", "b");
        assertThat(pool().look().getLast().weight()).isEqualTo(1);
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"));
        assertThat(picks(2)).as("and back").containsOnly("a");

        pool().undrain(backend("b"));
        tell(at("a", "10.0.0.1"));
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"));
        assertThat(picks(2)).as("the last word holds").containsExactlyInAnyOrder("a", "b");
        assertThat(pool().look().getLast().weight()).isEqualTo(7);
        tell(at("a", "10.0.0.1"));
        now += TimeUnit.MINUTES.toNanos(60);
        cluster.forget();
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"));
        assertThat(pool().look().getLast().weight()).as("nobody remembers").isEqualTo(1);
    }

    @Test
    void whatAPersonSaysHoldsThoughThePoolGoesForAWhile() {
        cluster.apply(of(API), 16);
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"));
        pool().drain(backend("b"), "by hand");
        cluster.apply(
                Configurations.on(EngineKind.VIRTUAL_THREADS)
                        .backend("other", 1, 1)
                        .build(),
                16);
        assertThat(cluster.pool("default")).isNull();
        cluster.apply(of(API), 16);
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"));
        assertThat(picks(3)).containsOnly("a");
    }

    @Test
    void aPoolThatHasBeenGoneForLongIsForgotten() {
        cluster.apply(of(API), 16);
        Configuration other = Configurations.on(EngineKind.VIRTUAL_THREADS)
                .backend("other", 1, 1)
                .build();
        cluster.apply(other, 16);
        now += TimeUnit.MINUTES.toNanos(59);
        assertThat(cluster.forgetPools()).isEmpty();
        cluster.apply(of(API), 16);
        now += TimeUnit.MINUTES.toNanos(60);
        assertThat(cluster.forgetPools()).as("it has come back in time").containsExactly("other");
        cluster.apply(other, 16);
        now += TimeUnit.MINUTES.toNanos(60);
        assertThat(cluster.forgetPools()).containsExactly("default");
        assertThat(cluster.forgetPools()).isEmpty();
    }

    @Test
    void anotherSourceTakesOverWhenItHasAnswered() {
        cluster.apply(of(new BackendSource.Listed(List.of(config("listed", "10.0.0.7")))), 16);
        cluster.apply(of(API), 16);
        assertThat(picks(1)).as("nobody has answered yet").containsExactly("listed");
        assertThat(tell(at("a", "10.0.0.1"))).extracting(Backend::id).containsExactly("listed");
        assertThat(picks(1)).containsExactly("a");
        cluster.apply(of(service("other")), 16);
        tell(at("late", "10.0.0.8"));
        assertThat(picks(1)).as("what the source before says comes too late").containsExactly("a");
        cluster.apply(of(new BackendSource.Listed(List.of(config("listed", "10.0.0.7")))), 16);
        assertThat(picks(2)).containsOnly("listed");
    }

    @Test
    void theRotationGoesOnEvenly() {
        cluster.apply(of(API), 16);
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"));
        picks(5);
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"), at("c", "10.0.0.3"));
        assertThat(picks(3)).containsExactlyInAnyOrder("a", "b", "c");
        tell(at("a", "10.0.0.1"), at("c", "10.0.0.3"));
        assertThat(picks(4)).containsExactlyInAnyOrder("a", "a", "c", "c");
    }

    @Test
    void thoseThatAreNearComeFirst() {
        cluster.apply(of(API), 16);
        tell(at("near", "10.0.0.1"), far("far", "10.0.0.2"));
        assertThat(picks(4)).containsOnly("near");
        assertThat(pool().hasOther(List.of(backend("near"))))
                .as("a request that failed there may go further")
                .isTrue();
        assertThat(requireNonNull(pick(backend("near"))).backend()).isSameAs(backend("far"));
        assertThat(pick(backend("near"), backend("far"))).isNull();
        tell(withheld("near", "10.0.0.1"), far("far", "10.0.0.2"));
        assertThat(picks(2)).containsOnly("far");
    }

    @Test
    void tooFewThatAreNearDoNotBearItAll() {
        cluster.apply(of(API, HealthCheckConfig.tcp()), 16);
        Found[] all = {at("a", "10.0.0.1"), at("b", "10.0.0.2"), at("c", "10.0.0.3"), far("x", "10.0.0.4")};
        tell(all);
        pool().backends().forEach(backend -> pool().checked(backend, true, "test"));
        assertThat(picks(6)).containsExactlyInAnyOrder("a", "a", "b", "b", "c", "c");
        pool().checked(backend("a"), false, "test");
        assertThat(picks(4)).as("two of three").containsExactlyInAnyOrder("b", "b", "c", "c");
        pool().checked(backend("b"), false, "test");
        assertThat(picks(4)).as("one of three").containsExactlyInAnyOrder("c", "c", "x", "x");
        pool().checked(backend("a"), true, "test");
        assertThat(picks(4)).containsExactlyInAnyOrder("a", "a", "c", "c");
    }

    @Test
    void thoseThatEndDoNotCountAsMissing() {
        cluster.apply(of(API), 16);
        tell(
                at("a", "10.0.0.1"),
                withheld("b", "10.0.0.2"),
                withheld("c", "10.0.0.3"),
                withheld("d", "10.0.0.4"),
                far("x", "10.0.0.5"));
        assertThat(picks(3)).containsOnly("a");
    }

    @Test
    void thoseThatAreNotReadyDo() {
        cluster.apply(of(API), 16);
        Found far = far("x", "10.0.0.5");
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"), notReady("c", "10.0.0.3"), notReady("d", "10.0.0.4"), far);
        assertThat(picks(4)).as("two of four").containsExactlyInAnyOrder("a", "a", "b", "b");
        tell(at("a", "10.0.0.1"), notReady("b", "10.0.0.2"), notReady("c", "10.0.0.3"), notReady("d", "10.0.0.4"), far);
        assertThat(picks(4)).as("one of four").containsExactlyInAnyOrder("a", "a", "x", "x");
        for (String id : List.of("b", "c", "d")) pool().drain(backend(id), "by hand");
        assertThat(picks(2)).as("nobody misses what a person has drained").containsOnly("a");
    }

    @Test
    void whatIsFullNearbyGoesFurther() {
        cluster.apply(of(API), 16);
        BackendConfig small = new BackendConfig("near", URI.create("http://10.0.0.1:80"), 1, false, 1);
        tell(new Found(small), far("far", "10.0.0.2"));
        Lease first = requireNonNull(pick());
        assertThat(first.backend().id()).isEqualTo("near");
        assertThat(picks(2)).containsOnly("far");
        assertThat(requireNonNull(pool().forecast(null, 0).next()).id()).isEqualTo("far");
        pool().release(first);
        assertThat(picks(1)).containsExactly("near");
        assertThat(pool().forecast(null, 0).all())
                .extracting(Forecast.Candidacy::why)
                .containsExactly("full: its max-requests is 1", "far: gets what those that are near have no room for");
        assertThat(pool().look()).as("may get a request").allMatch(Look::used);
        assertThat(pool().look()).as("one has turns").extracting(Look::inTurn).containsExactly(true, false);
    }

    @Test
    void addressesAreNotLookedUpAndNamesAreForgotten() {
        cluster.apply(of(API), 16);
        tell(at("a", "10.0.0.1"), at("b", "b.test"));
        assertThat(resolver.refresh("b.test").join()).hasSize(1);
        assertThat(backend("a").upstream().addresses()).containsExactly(InetAddress.ofLiteral("10.0.0.1"));
        assertThat(resolver.known("b.test")).hasSize(1);
        tell(at("a", "10.0.0.1"));
        assertThat(resolver.known("b.test")).isEmpty();
        synchronized (lookedUp) {
            assertThat(lookedUp).isNotEmpty().containsOnly("b.test");
        }
    }

    @Test
    void idleConnectionsAreSharedOutAmongMoreBackends() {
        cluster.apply(of(API), 16);
        List<Integer> asked = new ArrayList<>();
        cluster.discovered("default", API, List.of(at("a", "10.0.0.1"), at("b", "10.0.0.2")), count -> {
            asked.add(count);
            return 16 / count;
        });
        assertThat(asked).containsExactly(2);
    }

    @Test
    void whoHasBeenGoneForLongIsForgotten() {
        cluster.apply(of(API), 16);
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.2"), at("c", "10.0.0.3"));
        var a = backend("a").labels();
        var b = backend("b").labels();
        Lease busy = requireNonNull(pool().acquire(0, now, new Random(0), List.of(backend("a"), backend("b"))));
        tell();
        now += TimeUnit.MINUTES.toNanos(59);
        assertThat(cluster.forget()).isEmpty();
        tell(at("b", "10.0.0.9"));
        assertThat(backend("b").labels()).as("it has come back in time").isEqualTo(b);
        now += TimeUnit.MINUTES.toNanos(1);
        assertThat(cluster.forget()).as("c still has something to end").containsExactly(a);
        assertThat(cluster.forget()).isEmpty();
        pool().release(busy);
        assertThat(cluster.forget()).extracting(BackendLabels::backend).containsExactly("c");
        tell(at("a", "10.0.0.1"), at("b", "10.0.0.9"));
        assertThat(backend("a").labels().index()).as("counts anew").isNotEqualTo(a.index());
    }
}
