package dev.rondo.balancer.balance;

import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Of two that chance names the one with fewer requests in flight for its weight (Mitzenmacher, "The power of two choices in
 * randomized load balancing", IEEE TPDS 2001). Chance names by weight, so weights count where nothing is in flight too. O(1).
 */
public final class PowerOfTwo<T extends Candidate> implements Picker<T> {
    private final Weighted<T> all;
    private final RandomPick<T> chance;

    /** Of these. */
    public PowerOfTwo(Weighted<T> all) {
        this.all = all;
        this.chance = new RandomPick<>(all);
    }

    @Override
    public @Nullable T pick(long key, long nowNanos, RandomGenerator random, Predicate<? super T> usable) {
        int one = chance.index(random, usable, -1);
        if (one < 0) return null;
        int other = chance.index(random, usable, one);
        return all.get(other >= 0 && all.load(other) < all.load(one) ? other : one);
    }
}
