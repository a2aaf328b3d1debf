package dev.rondo.balancer.telemetry;

import dev.rondo.balancer.config.RetryOn;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The recorder of one loop. Owned by that loop (or by whoever holds the lane's lock): it alone writes. The scraper reads through
 * {@link Counters}, and finds a new backend's counters because the array that names them is replaced, never changed.
 */
final class Lane implements Recorder {
    /** The image's runtime has none: it takes 11 MB. */
    private static final boolean HAS_FLIGHT_RECORDER =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private final Counters clientConnections = new Counters(1);
    private final Map<Reason, Counters> reasons = new EnumMap<>(Reason.class); // filled once, then only read
    private final @Nullable ExchangeQueue accessLog;
    private final RecentExchanges recent;

    private @Nullable BackendCounts[] byIndex = new BackendCounts[8];
    private final Map<String, BackendCounts> byPool = new HashMap<>();
    private volatile BackendCounts[] published = {};

    /** Where what comes late is counted, and nobody looks: an exchange may end long after its attempt at a backend that has gone. */
    private final BackendCounts forgotten = new BackendCounts("", "");

    Lane(@Nullable ExchangeQueue accessLog, RecentExchanges recent) {
        this.accessLog = accessLog;
        this.recent = recent;
        for (Reason reason : Reason.values()) {
            reasons.put(reason, new Counters(1));
        }
    }

    @Override
    public void record(Exchange exchange) {
        List<Attempt> attempts = exchange.attempts();
        BackendCounts counts = null;
        for (int i = 0, n = attempts.size(); i < n; i++) { // by index: an iterator is an allocation for each request
            Attempt attempt = attempts.get(i);
            counts = of(attempt.backend());
            counts.upstream().record(attempt.durationNanos());
            Counters counters = counts.counters();
            if (attempt.failed()) {
                counters.add(BackendCounts.FAILURES, 1);
            } else if (attempt.status() != 0) {
                counters.add(BackendCounts.ANSWERS, 1);
                counters.add(BackendCounts.LATENCY, attempt.durationNanos());
            }
        }
        if (counts == null) {
            counts = withoutBackend(exchange.pool());
        }
        counts.requests().count(exchange.method(), exchange.status());
        counts.whole().record(exchange.durationNanos());
        counts.counters().add(BackendCounts.REQUESTS, 1);
        of(exchange.reason()).add(0, 1);
        if (accessLog != null) {
            accessLog.offer(exchange);
        }
        recent.add(exchange);
        if (HAS_FLIGHT_RECORDER) ExchangeEvent.emit(exchange);
    }

    @Override
    public void clientConnections(int delta) {
        clientConnections.add(0, delta);
    }

    @Override
    public void picked(BackendLabels backend) {
        of(backend).counters().add(BackendCounts.PICKS, 1);
    }

    @Override
    public void retry(BackendLabels backend, RetryOn how) {
        of(backend).counters().add(BackendCounts.retries(how), 1);
    }

    @Override
    public void hedge(BackendLabels backend, HedgeOutcome how) {
        of(backend).counters().add(BackendCounts.hedges(how), 1);
    }

    @Override
    public void upstreamConnections(BackendLabels backend, int active, int idle) {
        Counters counters = of(backend).counters();
        counters.add(BackendCounts.ACTIVE, active);
        counters.add(BackendCounts.IDLE, idle);
    }

    @Override
    public void connectionUsed(BackendLabels backend, boolean reused) {
        of(backend).counters().add(reused ? BackendCounts.REUSED : BackendCounts.FRESH, 1);
    }

    @Override
    public void staleRepeat(BackendLabels backend) {
        of(backend).counters().add(BackendCounts.STALE, 1);
    }

    @Override
    public void forget(BackendLabels backend) {
        int index = backend.index();
        BackendCounts counts = index < byIndex.length ? byIndex[index] : null;
        if (counts == null) return;
        byIndex[index] = forgotten;
        withdraw(counts);
    }

    @Override
    public void forgetPool(String pool) {
        BackendCounts counts = byPool.remove(pool);
        if (counts != null) withdraw(counts);
    }

    /** Safe from any thread. */
    List<BackendCounts> backends() {
        return Arrays.asList(published);
    }

    /** Safe from any thread. */
    long openClientConnections() {
        return clientConnections.get(0);
    }

    /** Safe from any thread. */
    long ended(Reason reason) {
        return of(reason).get(0);
    }

    private Counters of(Reason reason) {
        return Objects.requireNonNull(reasons.get(reason));
    }

    private BackendCounts of(BackendLabels backend) {
        int index = backend.index();
        BackendCounts counts = index < byIndex.length ? byIndex[index] : null;
        return counts != null ? counts : first(backend);
    }

    private BackendCounts first(BackendLabels backend) {
        int index = backend.index();
        if (index >= byIndex.length) {
            byIndex = Arrays.copyOf(byIndex, Math.max(index + 1, byIndex.length * 2));
        }
        BackendCounts counts = new BackendCounts(backend.pool(), backend.backend());
        byIndex[index] = counts;
        publish(counts);
        return counts;
    }

    private BackendCounts withoutBackend(@Nullable String pool) {
        String name = pool == null ? "" : pool;
        BackendCounts counts = byPool.get(name);
        if (counts == null) {
            counts = new BackendCounts(name, "");
            byPool.put(name, counts);
            publish(counts);
        }
        return counts;
    }

    private void withdraw(BackendCounts counts) {
        published =
                Arrays.stream(published).filter(other -> !other.equals(counts)).toArray(BackendCounts[]::new);
    }

    private void publish(BackendCounts counts) {
        BackendCounts[] longer = Arrays.copyOf(published, published.length + 1);
        longer[published.length] = counts;
        published = longer;
    }
}
