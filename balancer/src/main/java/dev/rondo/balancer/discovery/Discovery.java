package dev.rondo.balancer.discovery;

import dev.rondo.balancer.cluster.Found;
import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.wire.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Follows the sources of all pools whose backends are found rather than listed. What needs a library is only loaded where a
 * pool needs it. Thread-safe.
 */
public final class Discovery implements AutoCloseable {
    /** How long a process that has only just started is not ready for the sake of a source that does not answer. */
    private static final Duration START_GRACE = Duration.ofSeconds(30);

    /** Hears of what is found. */
    @FunctionalInterface
    public interface Sink {
        /**
         * The backends of a pool are these from now on.
         *
         * @param source where they were found
         */
        void found(String pool, BackendSource source, List<Found> found);
    }

    private final Resolver.Lookup lookup;
    private final Whereabouts here;
    private final Feed.Means means;
    private final long startedNanos;
    private final Map<String, Feed> feeds = new LinkedHashMap<>(); // guarded by this, by the pool's name
    private final Map<String, Tally> tallies = new HashMap<>(); // guarded by this
    private @Nullable List<Feed> first; // guarded by this: those of the first update
    private boolean closed; // guarded by this

    /**
     * Follows nothing yet: {@link #update} begins.
     *
     * @param lookup of addresses
     * @param random spreads what many balancers do
     */
    public Discovery(Resolver.Lookup lookup, Whereabouts here, Ticker ticker, RandomGenerator random, Sink sink) {
        this.lookup = lookup;
        this.here = here;
        this.means = new Feed.Means(ticker, random, Pause.REAL, sink);
        this.startedNanos = ticker.nanos();
    }

    /** From now on, the sources of these pools and no others. One that has not changed goes on. */
    public synchronized void update(Collection<PoolConfig> pools) {
        if (closed) return;
        Map<String, Feed> before = new HashMap<>(feeds);
        feeds.clear();
        for (PoolConfig pool : pools) {
            Feed same = before.get(pool.name());
            if (same != null && same.config().equals(pool.source())) {
                feeds.put(pool.name(), same);
                before.remove(pool.name());
            } else {
                open(pool.source()).ifPresent(source -> feeds.put(pool.name(), begin(pool, source)));
            }
        }
        before.values().forEach(Feed::stop);
        if (first == null) first = List.copyOf(feeds.values());
    }

    private Feed begin(PoolConfig pool, Source source) {
        Tally tally = tallies.computeIfAbsent(pool.name(), _ -> new Tally());
        Feed feed = new Feed(pool.name(), pool.source(), source, means, tally);
        feed.start();
        return feed;
    }

    private Optional<Source> open(BackendSource source) {
        // no pattern switch: its bootstrap takes milliseconds of a start that finds nothing
        if (source instanceof BackendSource.Dns dns) return Optional.of(DnsSource.of(dns, lookup));
        if (source instanceof BackendSource.Kubernetes service)
            return Optional.of(KubernetesSource.of(service, here, means.ticker()));
        return Optional.empty();
    }

    /** How each source stands, in the order of the configuration. */
    public synchronized List<SourceStatus> statuses() {
        return feeds.values().stream().map(Feed::status).toList();
    }

    /**
     * The pools that a process that has only just started should wait for: their sources have not answered once. Empty as soon as
     * all have, and in any case half a minute after the start: a source that is wrong must not keep the other pools from serving.
     * Nobody waits for what a reload adds.
     */
    public synchronized List<String> awaited() {
        if (first == null || means.ticker().nanos() - startedNanos > START_GRACE.toNanos()) return List.of();
        return first.stream()
                .filter(feed -> feeds.containsValue(feed) && !feed.hasAnswered())
                .map(feed -> feed.status().pool())
                .toList();
    }

    @Override
    public synchronized void close() {
        closed = true;
        feeds.values().forEach(Feed::stop);
        feeds.clear();
    }
}
