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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** All pools, by name. */
public final class Cluster {
    private final SequencedMap<String, Pool> pools;

    private Cluster(SequencedMap<String, Pool> pools) {
        this.pools = Collections.unmodifiableSequencedMap(pools);
    }

    /**
     * Builds the pools of {@code configuration}.
     *
     * @param maxIdle unused connections that a lane keeps to one backend: what is configured, or fewer
     * @param recorders one for each lane, by index
     */
    public static Cluster of(Configuration configuration, int maxIdle, Resolver resolver, List<Recorder> recorders) {
        SequencedMap<String, Pool> pools = new LinkedHashMap<>();
        int index = 0;
        for (Map.Entry<String, PoolConfig> entry : configuration.pools().entrySet()) {
            PoolConfig pool = entry.getValue();
            Upstream.Terms terms = new Upstream.Terms(
                    pool.timeouts().connect().toNanos(),
                    pool.timeouts().keepAlive().toNanos(),
                    pool.timeouts().maxAge().toNanos(),
                    maxIdle);
            List<Backend> backends = new ArrayList<>();
            for (BackendConfig backend : pool.backends()) {
                BackendLabels labels = new BackendLabels(pool.name(), backend.id(), index++);
                backends.add(new Backend(
                        backend,
                        labels,
                        new Upstream(backend.host(), backend.port(), labels, resolver, terms, recorders)));
            }
            pools.put(entry.getKey(), new Pool(pool, backends));
        }
        return new Cluster(pools);
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
