package dev.rondo.balancer.balance;

import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who has the highest score for the key (Thaler and Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM ToN
 * 1998). When one leaves only its own keys move, and they spread over all others by weight. Weights by the logarithmic method:
 * the score is -weight / ln u, u from 0 to 1 by hash of key and id (Schindler and Tamassia, "Weighted distributed hash tables",
 * SPAA 2009); a changed weight moves keys only from or to its own candidate. Looks at all: O(n).
 */
public final class Rendezvous<T extends Candidate> implements Picker<T> {
    private final Weighted<T> all;
    private final long[] ids;

    /** Of these. */
    public Rendezvous(Weighted<T> all) {
        this.all = all.byId();
        this.ids = new long[all.size()];
        for (int i = 0; i < ids.length; i++) ids[i] = Hash.of(this.all.get(i).id());
    }

    @Override
    public @Nullable T pick(long key, long nowNanos, RandomGenerator random, Predicate<? super T> usable) {
        int best = -1;
        double highest = -1;
        for (int i = 0; i < ids.length; i++) {
            if (usable != ANY && !usable.test(all.get(i))) continue;
            double score = score(key, i);
            if (score > highest) {
                highest = score;
                best = i;
            }
        }
        return best < 0 ? null : all.get(best);
    }

    /** Above 0. Without the logarithm where all weigh the same: it only grows with u. */
    private double score(long key, int index) {
        double u = ((Hash.mix(key ^ ids[index]) >>> 11) + 0.5) * 0x1p-53;
        return all.isEven() ? u : -all.weight(index) / Math.log(u);
    }
}
