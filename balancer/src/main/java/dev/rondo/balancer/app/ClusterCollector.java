package dev.rondo.balancer.app;

import dev.rondo.balancer.cluster.Backend;
import dev.rondo.balancer.cluster.Cluster;
import dev.rondo.balancer.cluster.Ejection;
import dev.rondo.balancer.cluster.Hedging;
import dev.rondo.balancer.cluster.LatencyWindow;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.discovery.Discovery;
import dev.rondo.balancer.discovery.SourceStatus;
import dev.rondo.balancer.health.ActiveChecks;
import dev.rondo.balancer.wire.Ticker;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What pools and checks count by themselves, read at each scrape. */
record ClusterCollector(Cluster cluster, Changes changes, ActiveChecks checks, Discovery discovery, Ticker ticker)
        implements MultiCollector {
    private static final MetricMetadata EJECTIONS =
            new MetricMetadata("rondo_ejections", "How often a backend was ejected for its own answers, by why.");
    private static final MetricMetadata EXHAUSTED = new MetricMetadata(
            "rondo_retry_budget_exhausted",
            "Repeats that were not made because too many requests were repeats already.");
    private static final MetricMetadata HEDGE_DELAY = new MetricMetadata(
            "rondo_hedge_delay_seconds",
            "After which a request gets a second attempt; not there where none does, or too little is known yet.",
            Unit.SECONDS);
    private static final MetricMetadata WAITING =
            new MetricMetadata("rondo_requests_waiting", "Requests that wait for room at a backend now.");
    private static final MetricMetadata CHECKS =
            new MetricMetadata("rondo_health_checks", "Active checks that ended, by their result.");

    private static final MetricMetadata FOUND = new MetricMetadata(
            "rondo_discovery_endpoints", "Backends that the source of a pool has told of and that may get requests.");
    private static final MetricMetadata ANSWERED = new MetricMetadata(
            "rondo_discovery_last_success_timestamp_seconds",
            "When the source of a pool has last answered; 0 where it never has.");
    private static final MetricMetadata UNANSWERED =
            new MetricMetadata("rondo_discovery_failures", "How often the source of a pool has not answered.");

    @Override
    public List<String> getPrometheusNames() {
        return Stream.of(EJECTIONS, EXHAUSTED, HEDGE_DELAY, WAITING, CHECKS, FOUND, ANSWERED, UNANSWERED)
                .map(MetricMetadata::getPrometheusName)
                .toList();
    }

    @Override
    public MetricSnapshots collect() {
        List<CounterDataPointSnapshot> ejections = new ArrayList<>();
        ejections().forEach((ejected, count) -> ejections.add(counter(count, labels(ejected))));
        List<CounterDataPointSnapshot> exhausted = new ArrayList<>();
        List<GaugeDataPointSnapshot> delays = new ArrayList<>();
        List<GaugeDataPointSnapshot> waiting = new ArrayList<>();
        for (Pool pool : cluster.pools()) {
            exhausted.add(counter(pool.budget().exhausted(), Labels.of("pool", pool.name())));
            waiting.add(gauge(pool.waiting(), Labels.of("pool", pool.name())));
            Hedging hedging = pool.hedging();
            long delay = hedging == null ? LatencyWindow.UNKNOWN : hedging.delay(ticker.nanos());
            if (delay != LatencyWindow.UNKNOWN) delays.add(gauge(delay / 1e9, Labels.of("pool", pool.name())));
        }
        List<CounterDataPointSnapshot> ended = new ArrayList<>();
        for (ActiveChecks.Totals totals : checks.totals()) {
            Labels labels = Labels.of("pool", totals.pool(), "backend", totals.backend());
            ended.add(counter(totals.passed(), labels.merge(Labels.of("result", "passed"))));
            ended.add(counter(totals.failed(), labels.merge(Labels.of("result", "failed"))));
        }
        List<GaugeDataPointSnapshot> found = new ArrayList<>();
        List<GaugeDataPointSnapshot> answered = new ArrayList<>();
        List<CounterDataPointSnapshot> unanswered = new ArrayList<>();
        for (SourceStatus status : discovery.statuses()) {
            Labels labels = Labels.of("pool", status.pool());
            found.add(gauge(status.endpoints(), labels));
            answered.add(gauge(status.lastSuccessMillis() / 1000.0, labels));
            unanswered.add(counter(status.failures(), labels));
        }
        return new MetricSnapshots(
                new CounterSnapshot(EJECTIONS, ejections),
                new CounterSnapshot(EXHAUSTED, exhausted),
                new GaugeSnapshot(HEDGE_DELAY, delays),
                new GaugeSnapshot(WAITING, waiting),
                new CounterSnapshot(CHECKS, ended),
                new GaugeSnapshot(FOUND, found),
                new GaugeSnapshot(ANSWERED, answered),
                new CounterSnapshot(UNANSWERED, unanswered));
    }

    /** Those of all configured backends from the start, at zero: a rate over a series that begins with 1 misses that one. */
    private Map<Changes.Ejected, Long> ejections() {
        Map<Changes.Ejected, Long> all = new LinkedHashMap<>();
        for (Pool pool : cluster.pools()) {
            for (Backend backend : pool.backends()) {
                for (Ejection.Cause cause : Ejection.Cause.values())
                    all.put(new Changes.Ejected(pool.name(), backend.id(), cause), 0L);
            }
        }
        changes.ejections().forEach((ejected, count) -> all.put(ejected, count.sum()));
        return all;
    }

    private static Labels labels(Changes.Ejected ejected) {
        return Labels.of(
                "pool",
                ejected.pool(),
                "backend",
                ejected.backend(),
                "reason",
                ejected.cause().word());
    }

    private static GaugeDataPointSnapshot gauge(double value, Labels labels) {
        return GaugeDataPointSnapshot.builder().value(value).labels(labels).build();
    }

    private static CounterDataPointSnapshot counter(long value, Labels labels) {
        return CounterDataPointSnapshot.builder()
                .value((double) value)
                .labels(labels)
                .build();
    }
}
