package dev.rondo.balancer.app;

import dev.rondo.balancer.admin.Operations;
import dev.rondo.balancer.admin.ReloadResult;
import dev.rondo.balancer.cluster.Backend;
import dev.rondo.balancer.cluster.Cluster;
import dev.rondo.balancer.cluster.Pool;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What the API may change, done. */
record LiveOperations(Cluster cluster, Reload reloading) implements Operations {
    private static final System.Logger LOG = System.getLogger(LiveOperations.class.getName());

    @Override
    public Optional<String> drain(String pool, String backend) {
        return at(pool, backend, "drain", (in, it) -> in.drain(it, "drained by the API"));
    }

    @Override
    public Optional<String> undrain(String pool, String backend) {
        return at(pool, backend, "undrain", Pool::undrain);
    }

    @Override
    public Optional<String> weight(String pool, String backend, int weight) {
        return at(pool, backend, "weight " + weight, (in, it) -> in.weigh(it, weight));
    }

    @Override
    public Optional<String> unweigh(String pool, String backend) {
        return at(pool, backend, "the configured weight", (in, it) -> in.weigh(it, null));
    }

    @Override
    public ReloadResult reload() {
        return reloading.run("API");
    }

    private Optional<String> at(String pool, String backend, String what, BiConsumer<Pool, Backend> change) {
        Pool in = cluster.pool(pool);
        if (in == null) return Optional.of("there is no pool " + pool + " any more");
        for (Backend it : in.backends()) {
            if (it.id().equals(backend)) {
                LOG.log(System.Logger.Level.INFO, "API: pool " + pool + ", backend " + backend + ": " + what);
                change.accept(in, it);
                return Optional.empty();
            }
        }
        return Optional.of("there is no backend " + backend + " in pool " + pool + " any more");
    }
}
