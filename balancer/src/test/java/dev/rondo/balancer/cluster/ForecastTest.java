package dev.rondo.balancer.cluster;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.Affinity;
import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.Balancing;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.Strategy;
import dev.rondo.balancer.connect.Resolver;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who would get a request, and why no other. */
class ForecastTest {
    private final SplittableRandom random = new SplittableRandom(1);
    private long now;

    private Pool pool(Strategy strategy, BackendConfig... backends) {
        Affinity affinity = new Affinity("lb", null, Affinity.SameSite.LAX, false, true, null);
        Balancing balancing =
                new Balancing(Balancing.DEFAULT.hashOn(), 0, 0, null, Balancing.DEFAULT.queue(), affinity);
        try (Resolver resolver = new Resolver(host -> List.of(InetAddress.getLoopbackAddress()), Duration.ofDays(1))) {
            Cluster cluster =
                    new Cluster(new Cluster.Surroundings(resolver, List.of(), () -> now, random, (pool, change) -> {}));
            cluster.apply(
                    on(EngineKind.AUTO)
                            .backends(80)
                            .policies(change().strategy(strategy)
                                    .backends(List.of(backends))
                                    .balancing(balancing))
                            .build(),
                    1);
            return requireNonNull(cluster.pool("default"));
        }
    }

    private static BackendConfig backend(String id, boolean backup, int maxRequests) {
        return new BackendConfig(id, URI.create("http://" + id), 1, backup, maxRequests);
    }

    private @Nullable Lease take(Pool pool) {
        return pool.acquire(0, now, random, List.of());
    }

    private static List<String> words(Forecast forecast) {
        return forecast.all().stream()
                .map(it -> it.look().backend().id() + (it.eligible() ? " may: " : " may not: ") + it.why())
                .toList();
    }

    private static String next(Forecast forecast) {
        Backend next = forecast.next();
        return next == null ? "-" : next.id();
    }

    @Test
    void aBackupIsHealthyAndNotEligible() {
        Pool pool = pool(Strategy.ROUND_ROBIN, backend("a", false, 0), backend("b", true, 0));
        Forecast forecast = pool.forecast(null, 0);
        assertThat(next(forecast)).isEqualTo("a");
        assertThat(words(forecast))
                .containsExactly(
                        "a may: nothing is held against it",
                        "b may not: a backup: for when no other is healthy, and for requests that all others have failed");
    }

    @Test
    void whoIsFullIsNotEligible() {
        Pool pool = pool(Strategy.RANDOM, backend("a", false, 1), backend("b", false, 1));
        Lease one = requireNonNull(take(pool));
        String other = one.backend().id().equals("a") ? "b" : "a";
        Forecast forecast = pool.forecast(null, 0);
        assertThat(next(forecast)).as("no chance is left").isEqualTo(other);
        assertThat(words(forecast)).contains(one.backend().id() + " may not: full: its max-requests is 1");
        take(pool);
        assertThat(pool.forecast(null, 0).by()).isEqualTo(Forecast.By.QUEUE);
        assertThat(next(pool.forecast(null, 0))).isEqualTo("-");
    }

    @Test
    void whereOthersWaitNobodyIsNext() {
        Pool pool = pool(Strategy.ROUND_ROBIN, backend("a", false, 1));
        Lease held = requireNonNull(take(pool));
        Pool.Waited waited = pool.await(0, random, List::of, now, () -> {
            pool.release(held);
            Forecast forecast = pool.forecast(pool.token(held.backend()), 0);
            assertThat(forecast.by()).isEqualTo(Forecast.By.QUEUE);
            assertThat(words(forecast)).containsExactly("a may not: others wait for it already");
            return false;
        });
        assertThat(waited).isInstanceOf(Pool.Waited.Got.class);
    }

    @Test
    void onProbationOneRequestKeepsTheOthersOut() {
        Pool pool = pool(Strategy.ROUND_ROBIN, backend("a", false, 0), backend("b", true, 0));
        Lease failing = requireNonNull(take(pool));
        for (int i = 0; i < 5; i++) pool.judge(failing, Outcome.FAILED, 0, 0, now);
        assertThat(words(pool.forecast(null, 0)))
                .containsExactly("a may not: 5 failures in a row: out for 30s", "b may: nothing is held against it");
        now += Duration.ofSeconds(30).toNanos();
        pool.tick();
        assertThat(next(pool.forecast(null, 0))).isEqualTo("a");
        take(pool);
        Forecast forecast = pool.forecast(null, 0);
        assertThat(next(forecast)).isEqualTo("b");
        assertThat(words(forecast))
                .containsExactly(
                        "a may not: on probation, and the one request that tries it has not ended",
                        "b may: a backup: gets what those on probation cannot take");
    }

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void aCookieNamesItsBackendWhateverTheStrategy(Strategy strategy) {
        Pool pool = pool(strategy, backend("a", false, 0), backend("b", false, 0), backend("c", false, 0));
        for (Backend backend : pool.backends()) {
            Forecast forecast = pool.forecast(pool.token(backend), 7);
            assertThat(forecast.next()).isSameAs(backend);
            assertThat(forecast.by()).isEqualTo(Forecast.By.COOKIE);
        }
        assertThat(pool.forecast("made-up", 7).by()).isNotEqualTo(Forecast.By.COOKIE);
    }

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void whoIsNamedIsPickedNext(Strategy strategy) {
        Pool pool = pool(strategy, backend("a", false, 0), backend("b", false, 0), backend("c", false, 0));
        for (int i = 0; i < 10; i++) {
            Forecast forecast = pool.forecast(null, i);
            Backend next =
                    requireNonNull(pool.acquire(i, now, random, List.of())).backend();
            assertThat(forecast.all()).allMatch(Forecast.Candidacy::eligible);
            if (forecast.by() == Forecast.By.STRATEGY)
                assertThat(forecast.next()).isSameAs(next);
            else assertThat(forecast.next()).isNull();
        }
    }
}
