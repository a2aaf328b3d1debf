package dev.rondo.balancer.cluster;

import dev.rondo.balancer.balance.BoundedLoad;
import dev.rondo.balancer.balance.LeastRequests;
import dev.rondo.balancer.balance.Maglev;
import dev.rondo.balancer.balance.PeakEwma;
import dev.rondo.balancer.balance.Picker;
import dev.rondo.balancer.balance.PowerOfTwo;
import dev.rondo.balancer.balance.RandomPick;
import dev.rondo.balancer.balance.Rendezvous;
import dev.rondo.balancer.balance.RoundRobin;
import dev.rondo.balancer.balance.SmoothTable;
import dev.rondo.balancer.balance.Weighted;
import dev.rondo.balancer.config.PoolConfig;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** From the name of a strategy to its picker. */
final class Pickers {
    private Pickers() {}

    /**
     * A picker over {@code backends}.
     *
     * @param weights as configured, one for each
     * @param shares of its weight, what each gets now: 1 but for those that start slowly
     * @param cursor of rotations; outlives the picker
     */
    static Picker<Backend> of(
            PoolConfig config, List<Backend> backends, double[] weights, double[] shares, AtomicLong cursor) {
        double[] now = new double[weights.length];
        Arrays.setAll(now, i -> weights[i] * shares[i]);
        boolean ramping = Arrays.stream(shares).anyMatch(share -> share < 1);
        return switch (config.strategy()) {
            case ROUND_ROBIN -> new RoundRobin<>(cursor, ramping ? SmoothTable.of(backends, shares) : backends);
            case WEIGHTED_ROUND_ROBIN -> new RoundRobin<>(cursor, SmoothTable.of(backends, now));
            case RANDOM -> new RandomPick<>(Weighted.of(backends, now));
            case LEAST_REQUESTS -> new LeastRequests<>(cursor, Weighted.of(backends, now));
            case POWER_OF_TWO -> new PowerOfTwo<>(Weighted.of(backends, now));
            case PEAK_EWMA -> new PeakEwma<>(Weighted.of(backends, now));
            // not less for those that start slowly: it would move the keys of all others twice
            case CONSISTENT_HASH -> bounded(config, new Maglev<>(Weighted.of(backends, weights)), backends, weights);
            case RENDEZVOUS -> bounded(config, new Rendezvous<>(Weighted.of(backends, weights)), backends, weights);
        };
    }

    private static Picker<Backend> bounded(
            PoolConfig config, Picker<Backend> hashing, List<Backend> backends, double[] weights) {
        double factor = config.balancing().boundedLoad();
        return factor == 0 ? hashing : new BoundedLoad<>(hashing, Weighted.of(backends, weights), factor);
    }
}
