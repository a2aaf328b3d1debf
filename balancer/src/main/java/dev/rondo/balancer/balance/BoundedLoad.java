package dev.rondo.balancer.balance;

import java.util.IdentityHashMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A picker that hashes, but passes over those which have their share (Mirrokni, Thorup and Zadimoghaddam, "Consistent hashing
 * with bounded loads", SODA 2018): with the new request none has more than ceil(factor × mean) in flight, the mean taken over
 * all candidates by weight and the new request counted. Where all who are usable have that many, the bound is let go rather
 * than the request. Threads that pick at once see the same loads and may exceed it by one each. Adds up all loads: O(n).
 */
public final class BoundedLoad<T extends Candidate> implements Picker<T> {
    /** Rounding of products that are whole numbers; far below one request. */
    private static final double ROUNDING = 1e-9;

    private final Picker<T> hashing;
    private final Weighted<T> all;
    private final IdentityHashMap<T, Double> weights;
    private final double factor;

    /**
     * Bounds {@code hashing}.
     *
     * @param all the candidates of {@code hashing}
     * @param factor at least 1, else not all of the load has room
     */
    public BoundedLoad(Picker<T> hashing, Weighted<T> all, double factor) {
        if (!(factor >= 1)) {
            throw new IllegalArgumentException("a bound of " + factor + " times the mean: give 1 or more");
        }
        this.hashing = hashing;
        this.all = all;
        this.weights = new IdentityHashMap<>();
        for (int i = 0; i < all.size(); i++) weights.put(all.get(i), all.weight(i));
        this.factor = factor;
    }

    @Override
    public @Nullable T pick(long key, long nowNanos, RandomGenerator random, Predicate<? super T> usable) {
        long together = 1;
        for (int i = 0; i < all.size(); i++) together += all.get(i).inFlight();
        double bound = factor * together / all.total();
        T chosen = hashing.pick(key, nowNanos, random, c -> usable.test(c) && hasRoom(c, bound));
        return chosen == null ? hashing.pick(key, nowNanos, random, usable) : chosen;
    }

    private boolean hasRoom(T candidate, double bound) {
        double weight = weights.getOrDefault(candidate, 1.0);
        return candidate.inFlight() < Math.ceil(bound * weight - ROUNDING);
    }
}
