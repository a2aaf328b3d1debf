package dev.rondo.balancer.testkit;

import dev.rondo.balancer.config.Affinity;
import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.config.Balancing;
import dev.rondo.balancer.config.HealthCheckConfig;
import dev.rondo.balancer.config.HedgeConfig;
import dev.rondo.balancer.config.OutlierConfig;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.config.PoolTimeouts;
import dev.rondo.balancer.config.QueueConfig;
import dev.rondo.balancer.config.RetryConfig;
import dev.rondo.balancer.config.Strategy;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A pool as it is but for what is said here: for {@link Configurations#policies}. */
public final class PoolChange implements UnaryOperator<PoolConfig> {
    private @Nullable Strategy strategy;
    private UnaryOperator<BackendSource> source = UnaryOperator.identity();
    private @Nullable PoolTimeouts timeouts;
    private @Nullable Balancing balancing;
    private @Nullable HealthCheckConfig healthCheck;
    private @Nullable OutlierConfig outliers;
    private @Nullable RetryConfig retry;
    private @Nullable HedgeConfig hedge;

    private PoolChange() {}

    /** Of nothing yet. */
    public static PoolChange change() {
        return new PoolChange();
    }

    public PoolChange strategy(Strategy other) {
        strategy = other;
        return this;
    }

    public PoolChange source(BackendSource other) {
        source = _ -> other;
        return this;
    }

    public PoolChange backends(List<BackendConfig> others) {
        return source(new BackendSource.Listed(others));
    }

    /** Each of those that are listed. */
    public PoolChange backends(UnaryOperator<BackendConfig> each) {
        source = before -> new BackendSource.Listed(
                ((BackendSource.Listed) before).backends().stream().map(each).toList());
        return this;
    }

    public PoolChange timeouts(PoolTimeouts other) {
        timeouts = other;
        return this;
    }

    public PoolChange balancing(Balancing other) {
        balancing = other;
        return this;
    }

    /** The defaults of balancing, but for these two. */
    public PoolChange balancing(QueueConfig queue, @Nullable Affinity affinity) {
        return balancing(new Balancing(Balancing.DEFAULT.hashOn(), 0, 0, null, queue, affinity));
    }

    /** Without checks where null. */
    public PoolChange healthCheck(@Nullable HealthCheckConfig other) {
        healthCheck = other;
        return this;
    }

    public PoolChange outliers(OutlierConfig other) {
        outliers = other;
        return this;
    }

    public PoolChange retry(RetryConfig other) {
        retry = other;
        return this;
    }

    public PoolChange hedge(HedgeConfig other) {
        hedge = other;
        return this;
    }

    @Override
    public PoolConfig apply(PoolConfig pool) {
        return new PoolConfig(
                pool.name(),
                strategy != null ? strategy : pool.strategy(),
                source.apply(pool.source()),
                timeouts != null ? timeouts : pool.timeouts(),
                pool.headers(),
                balancing != null ? balancing : pool.balancing(),
                healthCheck != null ? healthCheck : pool.healthCheck(),
                outliers != null ? outliers : pool.outlierDetection(),
                retry != null ? retry : pool.retry(),
                hedge != null ? hedge : pool.hedge());
    }
}
