package dev.rondo.balancer.balance;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The one with the fewest requests in flight for its weight. Looks at all: O(n), and again where several have as few. Those take
 * turns, each as many as its weight in a row: idle candidates of equal weight rotate.
 */
public final class LeastRequests<T extends Candidate> implements Picker<T> {
    /** Numbers that a double holds exactly. */
    private static final long EXACT = (1L << 53) - 1;

    private final AtomicLong cursor;
    private final Weighted<T> all;

    /**
     * Of these.
     *
     * @param cursor number of the next turn, the pool's own
     */
    public LeastRequests(AtomicLong cursor, Weighted<T> all) {
        this.cursor = cursor;
        this.all = all;
    }

    @Override
    public @Nullable T pick(long key, long nowNanos, RandomGenerator random, Predicate<? super T> usable) {
        double least = Double.POSITIVE_INFINITY;
        double weight = 0;
        int first = -1;
        boolean several = false;
        for (int i = 0; i < all.size(); i++) {
            if (usable != ANY && !usable.test(all.get(i))) continue;
            double load = all.load(i);
            if (load < least) {
                least = load;
                weight = all.weight(i);
                first = i;
                several = false;
            } else if (load == least) {
                weight += all.weight(i);
                several = true;
            }
        }
        if (first < 0) return null;
        return several ? inTurn(first, least, weight, usable) : all.get(first);
    }

    /** Loads may have changed since: then it is the first, which was usable and among the least loaded when it was seen. */
    private T inTurn(int first, double least, double weight, Predicate<? super T> usable) {
        double turn = (cursor.getAndIncrement() & EXACT) % weight;
        for (int i = first; i < all.size(); i++) {
            if (all.load(i) > least || !usable.test(all.get(i))) continue;
            turn -= all.weight(i);
            if (turn < 0) return all.get(i);
        }
        return all.get(first);
    }
}
