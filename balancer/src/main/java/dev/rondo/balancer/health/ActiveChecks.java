package dev.rondo.balancer.health;

import dev.rondo.balancer.wire.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Runs the active checks of all pools and tells what has changed. One thread keeps the time, each check that is under way has a
 * virtual one; a host that hangs holds up its own next check and nothing else. Thread-safe.
 */
public final class ActiveChecks implements AutoCloseable {
    /** How long {@link #close()} waits for each check it has interrupted. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private record Key(String pool, String backend) {}

    /**
     * How often the checks of a backend have ended how, since the start.
     *
     * @param passed checks that have passed
     * @param failed checks that have failed
     */
    public record Totals(String pool, String backend, long passed, long failed) {}

    private final Watch.Means means;
    private final Map<Key, Watch> watches = new LinkedHashMap<>();
    private final Map<Key, Tally> tallies = new LinkedHashMap<>();
    private boolean closed;

    /** None yet: {@link #update} starts them. */
    public ActiveChecks(Ticker ticker, RandomGenerator random, Verdicts verdicts) {
        this(ticker, random, new AlarmThread(), verdicts);
    }

    ActiveChecks(Ticker ticker, RandomGenerator random, Alarms alarms, Verdicts verdicts) {
        this.means = new Watch.Means(ticker, random, alarms, verdicts);
    }

    /**
     * From now on, these and no others. A backend that stays keeps its state, its counters and the time of its next check, or has
     * it sooner where the schedule says so now; the rules hold from then on. One that has moved is checked anew. One that is gone is not checked any more.
     */
    public synchronized void update(Collection<PoolChecks> pools) {
        if (closed) return;
        Map<Key, Watch> before = new LinkedHashMap<>(watches);
        watches.clear();
        for (PoolChecks pool : pools) {
            pool.places().forEach((backend, place) -> {
                Key key = new Key(pool.pool(), backend);
                Watch watch = before.remove(key);
                if (watch == null) {
                    watch = new Watch(means, tallies.computeIfAbsent(key, _ -> new Tally()), backend, pool, place);
                    watch.start();
                } else {
                    watch.update(pool, place);
                }
                watches.put(key, watch);
            });
        }
        before.values().forEach(Watch::stop);
    }

    /** All backends that are checked. */
    public synchronized List<BackendCheck> backends() {
        return watches.values().stream().map(Watch::now).toList();
    }

    /** The counters of all backends that are checked or were: {@code rondo_health_checks_total}. */
    public synchronized List<Totals> totals() {
        List<Totals> totals = new ArrayList<>();
        tallies.forEach((key, tally) -> totals.add(new Totals(
                key.pool(), key.backend(), tally.passed().get(), tally.failed().get())));
        return totals;
    }

    /** Forgets the counters of a backend that is not checked any more. */
    public synchronized void forget(String pool, String backend) {
        Key key = new Key(pool, backend);
        if (!watches.containsKey(key)) tallies.remove(key);
    }

    /** Ends all checks. When it returns no thread and no connection is left, but for a check that defies its interrupt. */
    @Override
    public void close() {
        List<Thread> threads = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (Watch watch : watches.values()) {
                Thread thread = watch.stop();
                if (thread != null) threads.add(thread);
            }
            watches.clear();
        }
        means.alarms().stop();
        try {
            for (Thread thread : threads) thread.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
