package dev.rondo.balancer.balance;

import java.util.Arrays;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Consistent hashing by a table of 65,537 slots (Eisenbud and others, "Maglev: A Fast and Reliable Software Network Load
 * Balancer", NSDI 2016, section 3.4): each candidate claims slots in an order of its own, in turns by weight. When one of n
 * leaves, its keys move and few others; the same candidates in another order give the same table. O(1); a table takes 256 KiB
 * and, for 1,000 candidates, ten milliseconds to build.
 *
 * <p>A key whose candidate is not usable goes to the slot of the key's next hash; where that fails some times, to whom a
 * {@link Rendezvous} names: it always goes to the same one.
 */
public final class Maglev<T extends Candidate> implements Picker<T> {
    /** Slots: a prime, so that each step through the table meets all of them. */
    static final int SLOTS = 65_537;

    private static final int TRIES = 8;

    private final Weighted<T> all;
    private final Rendezvous<T> otherwise;
    private final int[] table;

    /** Of these. */
    public Maglev(Weighted<T> all) {
        this.all = all.byId();
        this.otherwise = new Rendezvous<>(all);
        this.table = all.size() == 0 ? new int[0] : table(this.all);
    }

    private static <T extends Candidate> int[] table(Weighted<T> all) {
        int n = all.size();
        int[] table = new int[SLOTS];
        Arrays.fill(table, -1);
        int[] next = new int[n];
        int[] step = new int[n];
        double[] credit = new double[n];
        double heaviest = 0;
        for (int i = 0; i < n; i++) {
            long id = Hash.of(all.get(i).id());
            next[i] = (int) Long.remainderUnsigned(id, SLOTS);
            step[i] = 1 + (int) Long.remainderUnsigned(Hash.mix(id + Hash.GOLDEN), SLOTS - 1);
            heaviest = Math.max(heaviest, all.weight(i));
        }
        // a round gives each the share of a turn that its weight is of the heaviest's, which has one turn in every
        // round
        for (int filled = 0; ; ) {
            for (int i = 0; i < n; i++) {
                credit[i] += all.weight(i);
                if (credit[i] < heaviest) continue;
                credit[i] -= heaviest;
                int slot = next[i];
                while (table[slot] >= 0) slot = after(slot, step[i]);
                table[slot] = i;
                next[i] = after(slot, step[i]);
                if (++filled == SLOTS) return table;
            }
        }
    }

    private static int after(int slot, int step) {
        int next = slot + step;
        return next < SLOTS ? next : next - SLOTS;
    }

    @Override
    public @Nullable T pick(long key, long nowNanos, RandomGenerator random, Predicate<? super T> usable) {
        if (table.length == 0) return null;
        T first = at(key);
        if (usable == ANY || usable.test(first)) return first;
        for (int tries = 1; tries < TRIES; tries++) {
            T next = at(key + tries * Hash.GOLDEN);
            if (usable.test(next)) return next;
        }
        return otherwise.pick(key, nowNanos, random, usable);
    }

    private T at(long key) {
        return all.get(table[(int) Long.remainderUnsigned(Hash.mix(key), SLOTS)]);
    }
}
