package dev.rondo.balancer.cluster;

import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.connect.Upstream;
import dev.rondo.balancer.telemetry.BackendLabels;
import dev.rondo.balancer.telemetry.Recorder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All pools, by name. Pools and backends outlive the configuration they came from: as long as a pool's name, and a backend's id
 * and URL in its pool, are configured, it is the same object, with its counters, its connections, its ejection and the
 * rotation's cursor. Reading is safe from any thread.
 */
public final class Cluster {
    /**
     * What pools need that does not follow from the configuration.
     *
     * @param recorders one for each lane, by index
     * @param nanos the ticker's
     * @param random makes a secret for affinity cookies where none is configured
     * @param transitions told of each change of a backend's state, on the thread that made it
     */
    public record Surroundings(
            Resolver resolver,
            List<Recorder> recorders,
            LongSupplier nanos,
            RandomGenerator random,
            Pool.Transitions transitions) {}

    /** How long a backend is remembered that has gone: one that comes back by then goes on in the same counters. */
    private static final long REMEMBERED = TimeUnit.HOURS.toNanos(1);

    /** A backend that is in no pool, and since when, nanoseconds of the ticker. */
    private record Gone(Backend backend, long since) {}

    /** What people said of a backend that has gone, and since when it has. */
    private record Kept(Said said, long since) {}

    private final Surroundings surroundings;
    private final byte[] secret = new byte[32];
    /** Of all backends that are remembered, by pool and id. Guarded by this, as all below. */
    private final Map<String, BackendLabels> labels = new HashMap<>();

    private final Map<String, Gone> departed = new HashMap<>();
    private final Map<String, Long> removed = new HashMap<>(); // pools, and since when
    private final Map<String, Kept> said = new HashMap<>(); // of backends that have gone, by pool, id and URL
    private int nextIndex;

    private int maxIdle; // guarded by this

    private volatile SequencedMap<String, Pool> pools = Collections.unmodifiableSequencedMap(new LinkedHashMap<>());

    /** A cluster without pools. */
    public Cluster(Surroundings surroundings) {
        this.surroundings = surroundings;
        surroundings.random.nextBytes(secret);
    }

    /**
     * Makes the pools those of {@code configuration}. A pool whose backends are to be found keeps those it has until somebody
     * tells of others.
     *
     * @param maxIdle unused connections that a lane keeps to one backend: what is configured, or fewer
     * @return the backends that are configured no more: they end what they have, and {@link Upstream#retire} is called already
     */
    public synchronized List<Backend> apply(Configuration configuration, int maxIdle) {
        this.maxIdle = maxIdle;
        List<Backend> gone = new ArrayList<>();
        SequencedMap<String, Pool> next = new LinkedHashMap<>();
        for (PoolConfig config : configuration.pools().values()) {
            Pool pool = pools.get(config.name());
            if (pool == null) next.put(config.name(), make(config));
            else next.put(config.name(), change(pool, config, wanted(config, pool), gone));
        }
        long now = surroundings.nanos.getAsLong();
        pools.forEach((name, pool) -> {
            if (next.containsKey(name)) return;
            pool.leave();
            gone.addAll(pool.backends());
            removed.put(name, now);
        });
        removed.keySet().removeAll(next.keySet());
        pools = Collections.unmodifiableSequencedMap(next);
        retire(gone);
        return gone;
    }

    /**
     * Makes the backends of a pool those that were found: none is fine. Those that have the id and the URL of one that was there
     * before are the same.
     *
     * @param pool its name
     * @param source where they were found: what the configuration in use says, or else they are too late and nothing happens
     * @param found no id twice
     * @param idle from the number of backends of all pools to what {@link #apply} calls {@code maxIdle}
     * @return the backends that are there no more, as by {@link #apply}
     */
    public synchronized List<Backend> discovered(
            String pool, BackendSource source, List<Found> found, IntUnaryOperator idle) {
        Pool known = pools.get(pool);
        if (known == null || !known.config().source().equals(source)) return List.of();
        maxIdle = idle.applyAsInt(size() - known.backends().size() + found.size());
        List<Backend> gone = new ArrayList<>();
        change(known, known.config(), found, gone);
        for (Pool each : pools.values())
            for (Backend backend : each.backends()) backend.upstream().terms(terms(each.config()));
        retire(gone);
        return gone;
    }

    private static List<Found> wanted(PoolConfig config, Pool before) {
        return config.source() instanceof BackendSource.Listed listed ? found(listed) : before.found();
    }

    private static List<Found> found(BackendSource.Listed listed) {
        return listed.backends().stream().map(Found::new).toList();
    }

    private Pool make(PoolConfig config) {
        List<Found> found = config.source() instanceof BackendSource.Listed listed ? found(listed) : List.of();
        List<Backend> backends =
                found.stream().map(backend -> make(config, backend.config())).toList();
        return new Pool(
                config,
                backends,
                found,
                surroundings.recorders.size(),
                surroundings.nanos,
                secret,
                surroundings.transitions);
    }

    private Pool change(Pool pool, PoolConfig config, List<Found> wanted, List<Backend> gone) {
        Map<String, Backend> known = new HashMap<>();
        for (Backend backend : pool.backends()) known.put(backend.id(), backend);
        List<Backend> backends = new ArrayList<>();
        for (Found each : wanted) {
            Backend same = known.get(each.config().id());
            boolean stays =
                    same != null && same.config().url().equals(each.config().url());
            if (stays) known.remove(each.config().id());
            Backend backend = stays && same != null ? same : make(config, each.config());
            backend.upstream().terms(terms(config));
            backends.add(backend);
        }
        pool.configure(config, backends, wanted);
        gone.addAll(known.values());
        return pool;
    }

    private void retire(List<Backend> retired) {
        long now = surroundings.nanos.getAsLong();
        for (Backend backend : retired) {
            backend.upstream().retire();
            String pool = backend.labels().pool();
            departed.put(key(pool, backend.id()), new Gone(backend, now));
            if (!backend.said().equals(Said.NOTHING))
                said.put(place(pool, backend.config()), new Kept(backend.said(), now));
        }
        for (Pool pool : pools.values())
            for (Backend backend : pool.backends())
                departed.remove(key(pool.name(), backend.id())); // it has only moved
    }

    /** A text, and no record: making the first one's hash code takes milliseconds of the start. */
    private static String key(String pool, String backend) {
        return pool + " " + backend;
    }

    /** A backend of the same id elsewhere is another, of which nobody has said anything. */
    private static String place(String pool, BackendConfig backend) {
        return key(pool, backend.id()) + " " + backend.url();
    }

    /** Only of those that are found: one that the file lists, and did not, is there because a person wants it to be. */
    private Said recall(PoolConfig pool, BackendConfig config) {
        Kept kept = said.remove(place(pool.name(), config));
        if (kept == null || pool.source() instanceof BackendSource.Listed) return Said.NOTHING;
        return surroundings.nanos.getAsLong() - kept.since < REMEMBERED ? kept.said : Said.NOTHING;
    }

    private Backend make(PoolConfig pool, BackendConfig config) {
        BackendLabels named = labels.computeIfAbsent(
                key(pool.name(), config.id()), _ -> new BackendLabels(pool.name(), config.id(), nextIndex++));
        departed.remove(key(pool.name(), config.id()));
        Upstream upstream = new Upstream(
                config.host(), config.port(), named, surroundings.resolver, terms(pool), surroundings.recorders);
        return new Backend(config, named, upstream, recall(pool, config));
    }

    private Upstream.Terms terms(PoolConfig pool) {
        return new Upstream.Terms(
                pool.timeouts().connect().toNanos(),
                pool.timeouts().keepAlive().toNanos(),
                pool.timeouts().maxAge().toNanos(),
                maxIdle);
    }

    /**
     * Forgets the backends that have been gone for long and have nothing left to end: those of pods come and go without end.
     *
     * @return their names, of which nobody needs to count anything any more
     */
    public synchronized List<BackendLabels> forget() {
        long now = surroundings.nanos.getAsLong();
        List<BackendLabels> forgotten = new ArrayList<>();
        departed.entrySet().removeIf(entry -> {
            Backend backend = entry.getValue().backend;
            if (now - entry.getValue().since < REMEMBERED || backend.inFlight() > 0) return false;
            labels.remove(entry.getKey());
            return forgotten.add(backend.labels());
        });
        said.values().removeIf(kept -> now - kept.since >= REMEMBERED);
        return forgotten;
    }

    /**
     * Forgets the pools that have been gone for long.
     *
     * @return their names, of which nobody needs to count anything any more
     */
    public synchronized List<String> forgetPools() {
        long now = surroundings.nanos.getAsLong();
        List<String> forgotten = new ArrayList<>();
        removed.forEach((name, since) -> {
            if (now - since >= REMEMBERED) forgotten.add(name);
        });
        forgotten.forEach(removed::remove);
        return forgotten;
    }

    /** Backends of all pools. */
    public int size() {
        return pools.values().stream().mapToInt(pool -> pool.backends().size()).sum();
    }

    /** All pools, in the order of the configuration. */
    public Collection<Pool> pools() {
        return pools.values();
    }

    /** The pool of this name. */
    public @Nullable Pool pool(String name) {
        return pools.get(name);
    }
}
