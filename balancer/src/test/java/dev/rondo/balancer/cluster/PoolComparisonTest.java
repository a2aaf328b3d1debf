package dev.rondo.balancer.cluster;

import static dev.rondo.balancer.testkit.PoolChange.change;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.OutlierConfig;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.telemetry.BackendLabels;
import dev.rondo.balancer.telemetry.BackendTotals;
import dev.rondo.balancer.testkit.Configurations;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The comparison of backends as a pool does it: counters and clock are the test's. */
class PoolComparisonTest {
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(10);
    private static final int SIZE = 6;

    private final Resolver resolver =
            new Resolver(host -> List.of(InetAddress.getLoopbackAddress()), Duration.ofHours(1));
    private final List<String> told = new ArrayList<>();
    private final Map<String, BackendTotals> counted = new HashMap<>();
    private long now;
    private final Cluster cluster = new Cluster(
            new Cluster.Surroundings(resolver, List.of(), () -> now, new SplittableRandom(1), new Pool.Transitions() {
                @Override
                public void changed(Pool pool, Transition change) {
                    told.add(change.backend() + " " + change.from() + " " + change.to() + ": " + change.reason());
                }

                @Override
                public void benched(Pool pool, String backend, Ejection.Cause cause) {
                    told.add(backend + " benched: " + cause.word());
                }
            }));

    @AfterEach
    void close() {
        resolver.close();
    }

    private static Configuration configuration(OutlierConfig outliers, int... ports) {
        return Configurations.on(EngineKind.VIRTUAL_THREADS)
                .backends(ports)
                .policies(change().outliers(outliers))
                .build();
    }

    private static OutlierConfig outliers(double latencyFactor) {
        return new OutlierConfig(
                true,
                5,
                Duration.ofSeconds(30),
                Duration.ofSeconds(300),
                50,
                Duration.ofNanos(INTERVAL),
                5,
                100,
                1.9,
                latencyFactor,
                Duration.ZERO);
    }

    private Pool pool(OutlierConfig outliers, int... ports) {
        cluster.apply(configuration(outliers, ports), 1);
        return Objects.requireNonNull(cluster.pool("default"));
    }

    private static int[] six() {
        return new int[] {1, 2, 3, 4, 5, 6};
    }

    private void serve(String backend, int answers, int failures, long millisEach) {
        counted.merge(
                backend,
                new BackendTotals(0, failures, 0, answers, TimeUnit.MILLISECONDS.toNanos(answers * millisEach), 0, 0),
                (a, b) -> new BackendTotals(
                        0,
                        a.failures() + b.failures(),
                        0,
                        a.answers() + b.answers(),
                        a.latencyNanos() + b.latencyNanos(),
                        0,
                        0));
    }

    private BackendTotals counted(BackendLabels labels) {
        return counted.getOrDefault(labels.backend(), new BackendTotals(0, 0, 0, 0, 0, 0, 0));
    }

    /** As the watch does. */
    private void look(Pool pool) {
        pool.tick();
        if (pool.isComparisonDue()) pool.compare(this::counted);
    }

    private void serveAll(int badFailures) {
        for (int i = 1; i <= SIZE; i++) serve("b" + i, i == 3 ? 100 - badFailures : 100, i == 3 ? badFailures : 0, 2);
    }

    @Test
    void whoFailsMoreThanItsPoolIsEjectedWithTheReason() {
        Pool pool = pool(outliers(0), six());
        look(pool);
        serveAll(30);
        now += INTERVAL - 1;
        look(pool);
        assertThat(told).isEmpty();
        now += 1;
        look(pool);
        assertThat(told)
                .containsExactly(
                        "b3 benched: success-rate",
                        "b3 up ejected: success rate of 70.0 %, below 73.8 % where the pool's mean is 95.0 %:"
                                + " out for 30s");
        assertThat(pool.look().get(2).state()).isEqualTo(BackendState.EJECTED);
    }

    @Test
    void whoIsSlowIsEjectedWhereThatIsAsked() {
        Pool pool = pool(outliers(3), six());
        look(pool);
        for (int i = 1; i <= SIZE; i++) serve("b" + i, 100, 0, i == 3 ? 7 : 2);
        now += INTERVAL;
        look(pool);
        assertThat(told)
                .containsExactly(
                        "b3 benched: latency", "b3 up ejected: mean latency of 7.0 ms, above 6.0 ms: out for 30s");
    }

    /** What the process has counted before the pool was looked at for the first time, and what it counts later, is not the same. */
    @Test
    void onlyAnIntervalCounts() {
        serveAll(90);
        Pool pool = pool(outliers(0), six());
        look(pool);
        serveAll(0);
        now += INTERVAL;
        look(pool);
        serveAll(0);
        now += INTERVAL;
        look(pool);
        assertThat(told).isEmpty();
    }

    @Test
    void aReloadKeepsTheIntervalOfThoseWhoStayAndANewcomerOfTheSameNameBeginsAnew() {
        Pool pool = pool(outliers(0), six());
        look(pool);
        serveAll(30);
        pool(outliers(0), 1, 2, 4, 5, 6);
        look(pool);
        pool(outliers(0), six());
        look(pool);
        now += INTERVAL;
        look(pool);
        assertThat(told).as("the third is another now").isEmpty();

        serveAll(30);
        pool(outliers(0), 1, 2, 3, 4, 5, 6, 7);
        pool(outliers(0), six());
        now += INTERVAL;
        look(pool);
        assertThat(told).as("the third is the same as before").hasSize(2);
    }

    /** It has been benched for that already. */
    @Test
    void whatItWasEjectedForIsNotHeldAgainstItWhenItIsBack() {
        OutlierConfig brief = new OutlierConfig(
                true,
                5,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                50,
                Duration.ofNanos(INTERVAL),
                5,
                100,
                1.9,
                0,
                Duration.ZERO);
        Pool pool = pool(brief, six());
        look(pool);
        serveAll(60);
        Backend third = pool.backends().get(2);
        for (int i = 0; i < 5; i++) {
            pool.judge(new Lease(third, Ticket.PLAIN), Outcome.FAILED, 1, 0, now);
        }
        look(pool);
        now += TimeUnit.SECONDS.toNanos(2);
        look(pool);
        Lease trial = null;
        while (trial == null || trial.backend() != third) {
            if (trial != null) pool.release(trial);
            trial = Objects.requireNonNull(pool.acquire(0, now, new SplittableRandom(1), List.of()));
        }
        pool.judge(trial, Outcome.OK, 1, 0, now);
        pool.release(trial);
        look(pool);
        serveAll(0);
        now += INTERVAL;
        look(pool);
        assertThat(told)
                .containsExactly(
                        "b3 benched: consecutive-failures",
                        "b3 up ejected: 5 failures in a row: out for 1s",
                        "b3 ejected probation: its time is over: one request at a time until one succeeds",
                        "b3 probation up: its trial succeeded");
    }

    @Test
    void aCounterThatGoesBackwardsIsNoOutlier() {
        serveAll(0);
        serve("b3", 0, 500, 0);
        Pool pool = pool(outliers(3), six());
        look(pool);
        counted.clear();
        serveAll(60);
        now += INTERVAL;
        look(pool);
        assertThat(told).isEmpty();
    }

    @Test
    void nothingIsReadWhereNothingIsCompared() {
        assertThat(pool(OutlierConfig.OFF, six()).isComparisonDue()).isFalse();
        assertThat(pool(outliers(0), 1, 2, 3, 4).isComparisonDue()).isFalse();
        Pool pool = pool(outliers(0), six());
        assertThat(pool.isComparisonDue()).isTrue();
        look(pool);
        assertThat(pool.isComparisonDue()).isFalse();
    }

    /** Switched off for a while and on again, it compares what comes from then on. */
    @Test
    void anIntervalDoesNotSpanATimeWithoutComparison() {
        Pool pool = pool(outliers(0), six());
        look(pool);
        pool(OutlierConfig.OFF, six());
        look(pool);
        serveAll(60);
        now += 2 * INTERVAL;
        pool(outliers(0), six());
        look(pool);
        serveAll(0);
        now += INTERVAL;
        look(pool);
        assertThat(told).isEmpty();
        assertThat(pool.backends())
                .extracting(Backend::config)
                .extracting(BackendConfig::id)
                .contains("b3");
    }
}
