package dev.rondo.balancer.cluster;

import dev.rondo.balancer.config.BackendConfig;
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

    private final Surroundings surroundings;
    private final byte[] secret = new byte[32];
    /** Of all backends the process ever knew, by pool and id: one that comes back goes on in the same counters. Guarded by this. */
    private final Map<String, BackendLabels> labels = new HashMap<>();

    private volatile SequencedMap<String, Pool> pools = Collections.unmodifiableSequencedMap(new LinkedHashMap<>());

    /** A cluster without pools. */
    public Cluster(Surroundings surroundings) {
        this.surroundings = surroundings;
        surroundings.random.nextBytes(secret);
    }

    /**
     * Makes the pools those of {@code configuration}.
     *
     * @param maxIdle unused connections that a lane keeps to one backend: what is configured, or fewer
     * @return the backends that are configured no more: they end what they have, and {@link Upstream#retire} is called already
     */
    public synchronized List<Backend> apply(Configuration configuration, int maxIdle) {
        List<Backend> gone = new ArrayList<>();
        SequencedMap<String, Pool> next = new LinkedHashMap<>();
        for (PoolConfig config : configuration.pools().values()) {
            Pool pool = pools.get(config.name());
            if (pool == null) {
                List<Backend> backends = config.backends().stream()
                        .map(backend -> make(config, backend, maxIdle))
                        .toList();
                pool = new Pool(
                        config,
                        backends,
                        surroundings.recorders.size(),
                        surroundings.nanos,
                        secret,
                        surroundings.transitions);
            } else {
                Map<String, Backend> known = new HashMap<>();
                for (Backend backend : pool.backends()) known.put(backend.id(), backend);
                List<Backend> backends = new ArrayList<>();
                for (BackendConfig wanted : config.backends()) {
                    Backend same = known.get(wanted.id());
                    boolean stays = same != null && same.config().url().equals(wanted.url());
                    if (stays) known.remove(wanted.id());
                    Backend backend = stays && same != null ? same : make(config, wanted, maxIdle);
                    backend.upstream().terms(terms(config, maxIdle));
                    backends.add(backend);
                }
                pool.configure(config, backends);
                gone.addAll(known.values());
            }
            next.put(config.name(), pool);
        }
        pools.forEach((name, pool) -> {
            if (!next.containsKey(name)) gone.addAll(pool.backends());
        });
        pools = Collections.unmodifiableSequencedMap(next);
        gone.forEach(backend -> backend.upstream().retire());
        return gone;
    }

    private Backend make(PoolConfig pool, BackendConfig config, int maxIdle) {
        BackendLabels named = labels.computeIfAbsent(
                pool.name() + " " + config.id(), key -> new BackendLabels(pool.name(), config.id(), labels.size()));
        Upstream upstream = new Upstream(
                config.host(),
                config.port(),
                named,
                surroundings.resolver,
                terms(pool, maxIdle),
                surroundings.recorders);
        return new Backend(config, named, upstream);
    }

    private static Upstream.Terms terms(PoolConfig pool, int maxIdle) {
        return new Upstream.Terms(
                pool.timeouts().connect().toNanos(),
                pool.timeouts().keepAlive().toNanos(),
                pool.timeouts().maxAge().toNanos(),
                maxIdle);
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
