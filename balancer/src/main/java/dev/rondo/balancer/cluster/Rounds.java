package dev.rondo.balancer.cluster;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the time in which the backends of a pool are compared into intervals: what each had done when the current one began. Who
 * joins in the middle is compared by what it does from then on, whatever another of its name has done before. Thread-safe.
 */
final class Rounds {
    private final Map<Passive, Totals> before = new HashMap<>(); // guarded by this
    private long begunNanos; // guarded by this; means something only where somebody is in before

    /** An interval that is over. */
    record Round(Map<Passive, Totals> before, Map<Passive, Totals> after) {}

    /** Whether {@link #look} has something to do: the interval is over, or somebody has joined or left. */
    synchronized boolean isDue(Collection<Passive> pool, long intervalNanos, long now) {
        return before.size() != pool.size() || !before.keySet().containsAll(pool) || now - begunNanos >= intervalNanos;
    }

    /**
     * Takes in what everybody in the pool has done so far.
     *
     * @return null while the interval is not over
     */
    synchronized @Nullable Round look(Map<Passive, Totals> all, long intervalNanos, long now) {
        if (before.isEmpty()) begunNanos = now;
        before.keySet().retainAll(all.keySet());
        all.forEach(before::putIfAbsent);
        if (now - begunNanos < intervalNanos) return null;
        Round over = new Round(Map.copyOf(before), Map.copyOf(all));
        before.putAll(all);
        begunNanos = now;
        return over;
    }

    /** Nobody is compared for now: the next interval begins with the next {@link #look}. */
    synchronized void stop() {
        before.clear();
    }
}
