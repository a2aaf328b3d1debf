package dev.rondo.balancer.balance;

import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Of two that chance names by weight the one that promises to answer sooner: latency × (requests in flight + 1) / weight, the
 * latency as an {@link Ewma} tells it. So Finagle and Linkerd balance. One that nothing is known of is tried with one request;
 * until that is answered it is only picked beside another such. O(1).
 */
public final class PeakEwma<T extends Candidate> implements Picker<T> {
    private final Weighted<T> all;
    private final RandomPick<T> chance;

    /** Of these. */
    public PeakEwma(Weighted<T> all) {
        this.all = all;
        this.chance = new RandomPick<>(all);
    }

    @Override
    public @Nullable T pick(long key, long nowNanos, RandomGenerator random, Predicate<? super T> usable) {
        int one = chance.index(random, usable, -1);
        if (one < 0) return null;
        int other = chance.index(random, usable, one);
        return all.get(other >= 0 && isSooner(other, one, nowNanos) ? other : one);
    }

    private boolean isSooner(int index, int than, long nowNanos) {
        long latency = all.get(index).latencyNanos(nowNanos);
        long otherLatency = all.get(than).latencyNanos(nowNanos);
        int inFlight = all.get(index).inFlight();
        int otherInFlight = all.get(than).inFlight();
        if (latency <= 0 && otherLatency <= 0) {
            return inFlight / all.weight(index) < otherInFlight / all.weight(than);
        }
        if (latency <= 0) return inFlight == 0;
        if (otherLatency <= 0) return otherInFlight > 0;
        return latency * (inFlight + 1.0) / all.weight(index) < otherLatency * (otherInFlight + 1.0) / all.weight(than);
    }
}
