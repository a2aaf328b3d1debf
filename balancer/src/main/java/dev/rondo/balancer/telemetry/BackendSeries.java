package dev.rondo.balancer.telemetry;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The counters of one backend, summed over lanes for one scrape. By name rather than by index: a backend that was removed and
 * comes back is one series, which goes on from where it was.
 */
final class BackendSeries {
    private record Key(String pool, String backend) {}

    private final Key key;
    private final long[] sums = new long[BackendCounts.KINDS];
    private final List<BackendCounts> parts = new ArrayList<>();
    private @Nullable BackendStatus status;

    private BackendSeries(Key key) {
        this.key = key;
    }

    /** All backends that are configured, then those that were counted, then requests that reached none. */
    static Collection<BackendSeries> merge(List<Lane> lanes, List<BackendStatus> configured) {
        Map<Key, BackendSeries> series = new LinkedHashMap<>();
        for (BackendStatus status : configured) {
            Key key = new Key(status.labels().pool(), status.labels().backend());
            series.computeIfAbsent(key, BackendSeries::new).status = status;
        }
        for (Lane lane : lanes) {
            for (BackendCounts counts : lane.backends()) {
                series.computeIfAbsent(new Key(counts.pool(), counts.backend()), BackendSeries::new)
                        .add(counts);
            }
        }
        return series.values();
    }

    private void add(BackendCounts counts) {
        parts.add(counts);
        counts.addTo(sums);
    }

    /** Whether this is a backend, and not the requests that reached none. */
    boolean isBackend() {
        return !key.backend().isEmpty();
    }

    /** Whether it belongs to the configuration in use. */
    boolean isConfigured() {
        return status != null;
    }

    boolean isUp() {
        return status != null && status.up();
    }

    /** Null where it is not configured. */
    @Nullable
    BackendStatus status() {
        return status;
    }

    String pool() {
        return key.pool();
    }

    /** Pool and backend, and more pairs of name and value. */
    Labels labels(String... more) {
        Labels own = Labels.of("pool", key.pool(), "backend", key.backend());
        return more.length == 0 ? own : own.merge(Labels.of(more));
    }

    long sum(int kind) {
        return sums[kind];
    }

    /** A sum of what goes up and down; lanes are read one after the other, so a moment below zero is the reading's, not real. */
    long gauge(int kind) {
        return Math.max(0, sums[kind]);
    }

    void visitRequests(RequestCounts.Visitor visitor) {
        RequestCounts.Sum sum = new RequestCounts.Sum();
        parts.forEach(part -> sum.add(part.requests()));
        sum.visit(visitor);
    }

    Durations.Merged whole() {
        Durations.Merged merged = new Durations.Merged();
        parts.forEach(part -> merged.add(part.whole()));
        return merged;
    }

    Durations.Merged upstream() {
        Durations.Merged merged = new Durations.Merged();
        parts.forEach(part -> merged.add(part.upstream()));
        return merged;
    }
}
