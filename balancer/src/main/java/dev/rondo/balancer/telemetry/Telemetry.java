package dev.rondo.balancer.telemetry;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmClassLoadingMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmCompilationMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryPoolAllocationMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is counted, and the registry it is scraped from. Made once; counters never restart while the process lives.
 *
 * <p>Each loop writes to its own {@link Recorder}; a scrape adds the lanes up on the scraper's thread. So a request costs its
 * loop a few additions to memory that no other loop writes.
 */
public final class Telemetry {
    private final List<Lane> lanes;
    private final Ledger ledger;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private volatile Supplier<List<BackendStatus>> backends = List::of;
    private volatile boolean lastReloadGood;
    private volatile double lastGoodReloadSeconds;

    /**
     * @param lanes number of loops
     * @param accessLog where exchanges are written; null for nowhere. Its lanes are at least as many
     */
    public Telemetry(int lanes, @Nullable AccessLog accessLog) {
        this.ledger = new Ledger(lanes);
        this.lanes = IntStream.range(0, lanes)
                .mapToObj(lane -> new Lane(accessLog == null ? null : accessLog.queue(lane), ledger.lane(lane)))
                .toList();
        registry.register(new LaneCollector(this.lanes, () -> backends.get()));
        if (accessLog != null) {
            counter(
                    "rondo_access_log_dropped",
                    "Lines the access log lost because its queue was full or its file could not be written.",
                    accessLog::dropped);
        }
    }

    /** The recorder of loop {@code lane}, counted from 0: the same at each call. */
    public Recorder recorder(int lane) {
        return lanes.get(lane);
    }

    /** The last exchanges. */
    public Ledger ledger() {
        return ledger;
    }

    /** What a scrape reads; further collectors may be registered. */
    public PrometheusRegistry registry() {
        return registry;
    }

    /** Tells which backends are configured; asked at each scrape, on the scraper's thread. */
    public void backends(Supplier<List<BackendStatus>> source) {
        backends = source;
    }

    /** A gauge without labels, read at each scrape. The name ends in the unit where there is one. */
    public void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    /** A counter without labels, read at each scrape; {@code _total} is added to the name. */
    public void counter(String name, String help, LongSupplier value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call((double) value.getAsLong()))
                .register(registry);
    }

    /** Publishes {@code rondo_build_info}; once. */
    public void build(String version, String revision) {
        Info.builder()
                .name("rondo_build")
                .help("What is running.")
                .labelNames("version", "revision", "java")
                .register(registry)
                .setLabelValues(version, revision, Runtime.version().toString());
    }

    /** Publishes {@code rondo_engine_info}; once. */
    public void engine(String kind, int loops) {
        Info.builder()
                .name("rondo_engine")
                .help("What runs the relay.")
                .labelNames("kind", "loops")
                .register(registry)
                .setLabelValues(kind, Integer.toString(loops));
    }

    /** Publishes the {@code jvm_} and {@code process_} metrics; once. */
    public void jvm() {
        // not those of native memory: to ask whether it is tracked makes an MBean server, a tenth of the start
        ProcessMetrics.builder().register(registry);
        JvmBufferPoolMetrics.builder().register(registry);
        JvmClassLoadingMetrics.builder().register(registry);
        JvmCompilationMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmMemoryMetrics.builder().register(registry);
        JvmMemoryPoolAllocationMetrics.builder().register(registry);
        JvmRuntimeInfoMetric.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
    }

    /** The configuration was read at {@code at}, at the start or again, and taken or refused. Published from the first call on. */
    public synchronized void configurationRead(boolean good, Instant at) {
        boolean first = lastGoodReloadSeconds == 0;
        lastReloadGood = good;
        if (good || first) {
            lastGoodReloadSeconds = at.toEpochMilli() / 1e3;
        }
        if (first) {
            gauge(
                    "rondo_config_last_reload_success",
                    "Whether the configuration was taken when it was last read.",
                    () -> lastReloadGood ? 1 : 0);
            gauge(
                    "rondo_config_last_reload_timestamp_seconds",
                    "When the configuration in use was read, in seconds since the epoch.",
                    () -> lastGoodReloadSeconds);
        }
    }

    /** What was counted about every backend so far, read in one pass over the lanes; safe from any thread. */
    public Function<BackendLabels, BackendTotals> totals() {
        record Name(String pool, String backend) {}
        Map<Name, long[]> sums = new HashMap<>();
        for (Lane lane : lanes) {
            for (BackendCounts counts : lane.backends()) {
                Name name = new Name(counts.pool(), counts.backend());
                counts.addTo(sums.computeIfAbsent(name, _ -> new long[BackendCounts.KINDS]));
            }
        }
        return backend -> {
            long[] sum = sums.get(new Name(backend.pool(), backend.backend()));
            return BackendTotals.of(sum == null ? new long[BackendCounts.KINDS] : sum);
        };
    }
}
