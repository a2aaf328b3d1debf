package dev.rondo.balancer.balance;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Strict rotation over a table (Nagle, "On Packet Switches With Infinite Storage", RFC 970): of n candidates that stand in it
 * once, any n consecutive picks hit each once, whatever the number of threads. With a {@link SmoothTable} it is the weighted
 * rotation. The cursor outlives the table. O(1) while the candidates are usable.
 *
 * <p>One that is not usable loses its turn, and the next turn is taken: each turn is given once, so what it loses goes to all
 * others by their order, not to the one behind it. After as many turns as there are candidates, which other threads may have
 * interleaved so that this one saw nobody usable, chance decides among those who are.
 */
public final class RoundRobin<T extends Candidate> implements Picker<T> {
    // 64 bits: a cursor of 32 bits breaks the rotation once each time it wraps, unless n is a power of two
    private final AtomicLong cursor;
    private final List<T> table;
    private final Weighted<T> each;

    /**
     * A rotation that goes on where {@code cursor} is.
     *
     * @param cursor number of the next turn, the pool's own
     * @param table whose turn it is, over and over; one that stands in it more often gets more
     */
    public RoundRobin(AtomicLong cursor, List<T> table) {
        this.cursor = cursor;
        this.table = List.copyOf(table);
        this.each = Weighted.ofTable(this.table);
    }

    @Override
    public @Nullable T pick(long key, long nowNanos, RandomGenerator random, Predicate<? super T> usable) {
        if (table.isEmpty()) return null;
        T turn = next();
        return usable == ANY || usable.test(turn) ? turn : later(random, usable);
    }

    private T next() {
        return table.get((int) Long.remainderUnsigned(cursor.getAndIncrement(), table.size()));
    }

    private @Nullable T later(RandomGenerator random, Predicate<? super T> usable) {
        for (int tries = 1; tries < each.size(); tries++) {
            T turn = next();
            if (usable.test(turn)) return turn;
        }
        return each.chance(random, usable);
    }
}
