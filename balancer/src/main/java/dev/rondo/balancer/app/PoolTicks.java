package dev.rondo.balancer.app;

import dev.rondo.balancer.cluster.Cluster;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.telemetry.BackendLabels;
import dev.rondo.balancer.telemetry.BackendTotals;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What time does to pools: ejections end, slow starts go on, backends are compared. To be run a few times a second.
 *
 * @param counted what was counted about every backend; asked for once, and only where a pool wants it
 */
record PoolTicks(Cluster cluster, Supplier<Function<BackendLabels, BackendTotals>> counted) implements Runnable {
    private static final System.Logger LOG = System.getLogger(PoolTicks.class.getName());

    @Override
    public void run() {
        Function<BackendLabels, BackendTotals> totals = null;
        for (Pool pool : cluster.pools()) {
            try {
                totals = look(pool, totals);
            } catch (RuntimeException e) { // those behind it must not wait for whoever mends this one
                LOG.log(
                        System.Logger.Level.ERROR,
                        "pool " + pool.name() + ": ejections and slow starts are late: Rondo itself has failed",
                        e);
            }
        }
    }

    private @Nullable Function<BackendLabels, BackendTotals> look(
            Pool pool, @Nullable Function<BackendLabels, BackendTotals> known) {
        pool.tick();
        if (!pool.isComparisonDue()) return known;
        Function<BackendLabels, BackendTotals> totals = known == null ? counted.get() : known;
        pool.compare(totals);
        return totals;
    }
}
