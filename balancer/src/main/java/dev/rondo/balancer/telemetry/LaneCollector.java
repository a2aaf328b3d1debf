package dev.rondo.balancer.telemetry;

import dev.rondo.balancer.config.RetryOn;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Adds the lanes up at each scrape. */
final class LaneCollector implements MultiCollector {
    /** 122 µs to 64 s, doubling: bounds that native buckets have as well, so that both histograms tell the same. */
    private static final int LOWEST_CLASSIC = -13;

    private static final int HIGHEST_CLASSIC = 6;

    private static final MetricMetadata REQUESTS = new MetricMetadata("rondo_requests", "Requests that ended.");
    private static final MetricMetadata REQUEST_DURATION = new MetricMetadata(
            "rondo_request_duration_seconds",
            "From the first byte of a request to the last byte of its answer.",
            Unit.SECONDS);
    private static final MetricMetadata UPSTREAM_DURATION = new MetricMetadata(
            "rondo_upstream_duration_seconds",
            "From the start of an attempt to the head of the backend's answer, or to its failure.",
            Unit.SECONDS);
    private static final MetricMetadata IN_FLIGHT =
            new MetricMetadata("rondo_requests_in_flight", "Requests at backends now.");
    private static final MetricMetadata UPSTREAM_CONNECTIONS = new MetricMetadata(
            "rondo_upstream_connections", "Open connections to backends, that carry a request or are kept for one.");
    private static final MetricMetadata REUSE = new MetricMetadata(
            "rondo_connection_reuse_ratio",
            "Part of the attempts since the start that were sent on a kept connection.",
            Unit.RATIO);
    private static final MetricMetadata STALE = new MetricMetadata(
            "rondo_stale_repeats", "Requests repeated because a kept connection had been closed by the backend.");
    private static final MetricMetadata UP =
            new MetricMetadata("rondo_backend_up", "Whether a configured backend may be picked.");
    private static final MetricMetadata STATE =
            new MetricMetadata("rondo_backend_state", "1 for the state that a configured backend is in.");
    private static final MetricMetadata RETRIES = new MetricMetadata(
            "rondo_retries", "Requests sent to another backend, by the backend that failed them and how.");
    private static final MetricMetadata HEDGES = new MetricMetadata(
            "rondo_hedges", "Second attempts of slow requests, by the backend that was slow and what became of them.");
    private static final MetricMetadata SKEW = new MetricMetadata(
            "rondo_fairness_skew",
            "Largest difference in picks between backends of a pool that are up and weigh the same, since these are what they"
                    + " are.");
    private static final MetricMetadata CLIENTS =
            new MetricMetadata("rondo_client_connections", "Open connections of clients.");
    private static final MetricMetadata ERRORS = new MetricMetadata(
            "rondo_errors", "Requests that did not end with a whole answer, by why and by whose fault.");

    private final List<Lane> lanes;
    private final Supplier<List<BackendStatus>> configured;
    private final Fairness fairness = new Fairness();

    LaneCollector(List<Lane> lanes, Supplier<List<BackendStatus>> configured) {
        this.lanes = lanes;
        this.configured = configured;
    }

    @Override
    public List<String> getPrometheusNames() {
        return Stream.of(
                        REQUESTS,
                        REQUEST_DURATION,
                        UPSTREAM_DURATION,
                        IN_FLIGHT,
                        UPSTREAM_CONNECTIONS,
                        REUSE,
                        STALE,
                        UP,
                        STATE,
                        RETRIES,
                        HEDGES,
                        SKEW,
                        CLIENTS,
                        ERRORS)
                .map(MetricMetadata::getPrometheusName)
                .toList();
    }

    @Override
    public MetricSnapshots collect() {
        List<BackendStatus> statuses = configured.get();
        Collection<BackendSeries> all = BackendSeries.merge(lanes, statuses);
        List<BackendSeries> backends =
                all.stream().filter(BackendSeries::isBackend).toList();
        List<MetricSnapshot> snapshots = new ArrayList<>();
        snapshots.add(requests(all));
        snapshots.add(histogram(REQUEST_DURATION, all, BackendSeries::whole));
        snapshots.add(histogram(UPSTREAM_DURATION, backends, BackendSeries::upstream));
        snapshots.add(new GaugeSnapshot(
                IN_FLIGHT,
                statuses.stream()
                        .map(status -> gauge(status.inFlight(), labels(status)))
                        .toList()));
        snapshots.add(new GaugeSnapshot(
                STATE,
                statuses.stream()
                        .map(status -> gauge(1, labels(status, "state", status.state())))
                        .toList()));
        snapshots.add(new CounterSnapshot(RETRIES, retries(backends)));
        snapshots.add(new CounterSnapshot(HEDGES, hedges(backends)));
        snapshots.add(new GaugeSnapshot(
                UPSTREAM_CONNECTIONS,
                Stream.concat(
                                gauges(backends, BackendCounts.ACTIVE, "state", "active").stream(),
                                gauges(backends, BackendCounts.IDLE, "state", "idle").stream())
                        .toList()));
        snapshots.add(new GaugeSnapshot(REUSE, reuse(backends)));
        snapshots.add(new CounterSnapshot(
                STALE,
                backends.stream()
                        .map(series -> counter(series.sum(BackendCounts.STALE), series.labels()))
                        .toList()));
        snapshots.add(new GaugeSnapshot(
                UP,
                backends.stream()
                        .filter(BackendSeries::isConfigured)
                        .map(series -> gauge(series.isUp() ? 1 : 0, series.labels()))
                        .toList()));
        snapshots.add(new GaugeSnapshot(
                SKEW,
                fairness.skewByPool(backends).entrySet().stream()
                        .map(pool -> gauge((double) pool.getValue(), Labels.of("pool", pool.getKey())))
                        .toList()));
        long clients = lanes.stream().mapToLong(Lane::openClientConnections).sum();
        snapshots.add(new GaugeSnapshot(CLIENTS, List.of(gauge((double) Math.max(0, clients), Labels.EMPTY))));
        snapshots.add(new CounterSnapshot(ERRORS, errors()));
        return new MetricSnapshots(snapshots);
    }

    private static Labels labels(BackendStatus status, String... more) {
        Labels own = Labels.of(
                "pool", status.labels().pool(), "backend", status.labels().backend());
        return more.length == 0 ? own : own.merge(Labels.of(more));
    }

    private static List<CounterDataPointSnapshot> retries(List<BackendSeries> backends) {
        List<CounterDataPointSnapshot> points = new ArrayList<>();
        for (BackendSeries series : backends) {
            for (RetryOn how : RetryOn.values()) {
                long count = series.sum(BackendCounts.retries(how));
                String word = how.name().toLowerCase(Locale.ROOT).replace('_', '-');
                // at zero from the start, as errors are
                if (count > 0 || series.isConfigured()) points.add(counter(count, series.labels("reason", word)));
            }
        }
        return points;
    }

    private static List<CounterDataPointSnapshot> hedges(List<BackendSeries> backends) {
        List<CounterDataPointSnapshot> points = new ArrayList<>();
        for (BackendSeries series : backends) {
            for (HedgeOutcome how : HedgeOutcome.values()) {
                long count = series.sum(BackendCounts.hedges(how));
                if (count > 0) points.add(counter(count, series.labels("outcome", how.word())));
            }
        }
        return points;
    }

    private static CounterSnapshot requests(Collection<BackendSeries> all) {
        List<CounterDataPointSnapshot> points = new ArrayList<>();
        for (BackendSeries series : all) {
            series.visitRequests((method, code, count) ->
                    points.add(counter(count, series.labels("method", method, "code", Integer.toString(code)))));
        }
        return new CounterSnapshot(REQUESTS, points);
    }

    private static List<GaugeDataPointSnapshot> gauges(List<BackendSeries> backends, int kind, String... labels) {
        return backends.stream()
                .map(series -> gauge((double) series.gauge(kind), series.labels(labels)))
                .toList();
    }

    private static List<GaugeDataPointSnapshot> reuse(List<BackendSeries> backends) {
        ToDoubleFunction<BackendSeries> used = series -> series.sum(BackendCounts.REUSED);
        ToDoubleFunction<BackendSeries> opened = series -> series.sum(BackendCounts.FRESH);
        return backends.stream()
                .filter(series -> used.applyAsDouble(series) + opened.applyAsDouble(series) > 0)
                .map(series -> gauge(
                        used.applyAsDouble(series) / (used.applyAsDouble(series) + opened.applyAsDouble(series)),
                        series.labels()))
                .toList();
    }

    /** All of them from the start, at zero: a rate over a series that first appears with its first error misses that error. */
    private List<CounterDataPointSnapshot> errors() {
        return Arrays.stream(Reason.values())
                .filter(reason -> reason != Reason.OK && reason != Reason.OUTPACED)
                .map(reason -> counter(
                        lanes.stream().mapToLong(lane -> lane.ended(reason)).sum(),
                        Labels.of(
                                "reason", reason.word(), "party", reason.party().word())))
                .toList();
    }

    private static HistogramSnapshot histogram(
            MetricMetadata metadata,
            Collection<BackendSeries> all,
            Function<BackendSeries, Durations.Merged> durations) {
        return new HistogramSnapshot(
                metadata,
                all.stream()
                        .map(series -> histogram(durations.apply(series), series.labels()))
                        .toList());
    }

    private static HistogramDataPointSnapshot histogram(Durations.Merged durations, Labels labels) {
        NativeHistogramBuckets.Builder exponential = NativeHistogramBuckets.builder();
        for (int cell = 1; cell < DurationBuckets.CELLS; cell++) {
            if (durations.cell(cell) > 0) {
                exponential.bucket(DurationBuckets.nativeIndex(cell), durations.cell(cell));
            }
        }
        return HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(classic(durations))
                .nativeSchema(DurationBuckets.SCHEMA)
                .nativeZeroThreshold(DurationBuckets.ZERO_THRESHOLD)
                .nativeZeroCount(durations.cell(0))
                .nativeBucketsForPositiveValues(exponential.build())
                .sum(durations.sumSeconds())
                .labels(labels)
                .build();
    }

    private static ClassicHistogramBuckets classic(Durations.Merged durations) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        int cell = 0;
        for (int exponent = LOWEST_CLASSIC; exponent <= HIGHEST_CLASSIC; exponent++) {
            long count = 0;
            for (; cell <= DurationBuckets.cellOfPower(exponent); cell++) {
                count += durations.cell(cell);
            }
            buckets.bucket(Math.scalb(1.0, exponent), count);
        }
        long over = 0;
        for (; cell < DurationBuckets.CELLS; cell++) {
            over += durations.cell(cell);
        }
        return buckets.bucket(Double.POSITIVE_INFINITY, over).build();
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
