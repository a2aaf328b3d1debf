package dev.rondo.balancer.balance;

import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A way to choose one of its candidates. They are fixed when it is made, already without those that are down: where that
 * changes, another picker is made and takes the cursor over. Any number of threads may call it at once.
 */
public interface Picker<T extends Candidate> {
    /** Where every candidate may be picked. Pickers know this one by its identity and do not ask. */
    Predicate<Object> ANY = candidate -> true;

    /**
     * Chooses one.
     *
     * @param key hash of what keeps a client at a candidate, see {@link Hash}; only those who hash look at it
     * @param nowNanos of the clock that latencies were measured with
     * @param random where chance decides; one that belongs to the calling thread
     * @param usable who may be picked at this moment; asked of some candidates more than once
     * @return null exactly where nobody may be picked
     */
    @Nullable
    T pick(long key, long nowNanos, RandomGenerator random, Predicate<? super T> usable);
}
