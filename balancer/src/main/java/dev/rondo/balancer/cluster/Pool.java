package dev.rondo.balancer.cluster;

import dev.rondo.balancer.balance.RoundRobin;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.http.HeaderRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Backends that can answer the same requests, and the rotation over them. */
public final class Pool {
    /**
     * What a request reads once: immutable, replaced whole.
     *
     * @param all every backend, in the order of the configuration
     * @param pickable those that may get a request now, in the same order
     */
    record Snapshot(List<Backend> all, List<Backend> pickable) {
        static Snapshot of(List<Backend> all) {
            List<Backend> pickable =
                    all.stream().filter(b -> b.config().weight() > 0).toList();
            return new Snapshot(List.copyOf(all), pickable);
        }
    }

    private final PoolConfig config;
    private final HeaderRules requestRules;
    private final HeaderRules responseRules;
    private final RoundRobin rotation = new RoundRobin();
    private final Snapshot snapshot;

    Pool(PoolConfig config, List<Backend> backends) {
        this.config = config;
        this.requestRules = new HeaderRules(config.headers().request());
        this.responseRules = new HeaderRules(config.headers().response());
        this.snapshot = Snapshot.of(backends);
    }

    /** What the configuration says of it. */
    public PoolConfig config() {
        return config;
    }

    /** What is changed on the way to a backend. */
    public HeaderRules requestRules() {
        return requestRules;
    }

    /** What is changed on the way to a client. */
    public HeaderRules responseRules() {
        return responseRules;
    }

    /** Every backend, in the order of the configuration. */
    public List<Backend> backends() {
        return snapshot.all();
    }

    /** Whether there is a backend that may get a request. */
    public boolean canServe() {
        return !snapshot.pickable().isEmpty();
    }

    /** The backend whose turn it is; null where none may get a request. */
    public @Nullable Backend pick() {
        List<Backend> pickable = snapshot.pickable();
        return pickable.isEmpty() ? null : rotation.pick(pickable);
    }
}
