package dev.rondo.balancer.app;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.HealthCheckConfig;
import dev.rondo.balancer.config.HedgeConfig;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/metrics.md} names every metric of Rondo's own, with its labels, and no other. */
class MetricsPageTest {
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(rondo_\\w+)` \\| ([\\w, ]*) ?\\| [A-Z0-9].*\\.* \\|$");

    private static Map<String, Set<String>> documented() throws Exception {
        Map<String, Set<String>> rows = new TreeMap<>();
        String page = Files.readString(Path.of("..", "docs", "metrics.md"));
        for (MatchResult row : ROW.matcher(page).results().toList()) {
            Set<String> labels = new TreeSet<>(Set.of(row.group(2).strip().split(", ?")));
            labels.remove("");
            assertThat(rows.put(row.group(1), labels)).isNull();
        }
        return rows;
    }

    private static String name(MetricSnapshot metric) {
        String name = metric.getMetadata().getPrometheusName();
        return metric instanceof CounterSnapshot
                ? name + "_total"
                : metric instanceof InfoSnapshot ? name + "_info" : name;
    }

    /** Two pools: one whose backends are listed, and one whose are found. */
    private static PoolConfig checked(PoolConfig pool) {
        boolean found = pool.name().equals("found");
        int port = pool.backends().getFirst().port();
        return change().source(
                        found
                                ? new BackendSource.Dns("localhost", port, false, Duration.ofSeconds(5), 1, 0)
                                : pool.source())
                .healthCheck(HealthCheckConfig.http("/health"))
                .hedge(new HedgeConfig(0.5, Duration.ofSeconds(1)))
                .apply(pool);
    }

    @Test
    void isComplete(@TempDir Path directory) throws Exception {
        try (RawBackend backend = RawBackend.answering(OK);
                Rondo rondo = Rondo.start(on(EngineKind.AUTO)
                        .backends(backend.port())
                        .backend("found", backend.port(), 1)
                        .accessLog(directory.resolve("access.log"))
                        .policies(MetricsPageTest::checked)
                        .build());
                RawClient client = RawClient.connect(rondo.port())) {
            for (int i = 0; i < 4; i++) { // as many as a hedge wants to have seen
                client.send(get("/"));
                client.answer();
            }
            client.finish();
            client.rest(); // what ended is counted when the connection has
            awaitDelay(rondo);
            Map<String, Set<String>> documented = documented();
            Set<String> there = new TreeSet<>();
            for (MetricSnapshot metric : rondo.metrics().scrape()) {
                String name = name(metric);
                if (!name.startsWith("rondo_")) continue;
                there.add(name);
                // hedges are counted from the first on: most pools have none
                if (!name.equals("rondo_hedges_total"))
                    assertThat(metric.getDataPoints()).as(name).isNotEmpty();
                for (DataPointSnapshot point : metric.getDataPoints()) {
                    Set<String> labels = new TreeSet<>();
                    point.getLabels().forEach(label -> labels.add(label.getName()));
                    assertThat(labels).as(name).isEqualTo(documented.get(name));
                }
            }
            assertThat(documented.keySet()).isEqualTo(there);
        }
    }

    /** The only metric that has no value until enough is known. */
    private static void awaitDelay(Rondo rondo) {
        long begun = System.nanoTime();
        while (rondo.metrics().scrape().stream()
                .noneMatch(metric -> name(metric).equals("rondo_hedge_delay_seconds")
                        && !metric.getDataPoints().isEmpty()))
            assertThat(System.nanoTime() - begun)
                    .isLessThan(Duration.ofSeconds(10).toNanos());
    }
}
