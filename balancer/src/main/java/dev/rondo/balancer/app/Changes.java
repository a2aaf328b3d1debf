package dev.rondo.balancer.app;

import dev.rondo.balancer.cluster.BackendState;
import dev.rondo.balancer.cluster.Ejection;
import dev.rondo.balancer.cluster.Look;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.cluster.Tier;
import dev.rondo.balancer.cluster.Transition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** The changes of backends' states: logged, counted, and the last of each backend kept for the API. Thread-safe. */
final class Changes implements Pool.Transitions {
    private static final System.Logger LOG = System.getLogger(Changes.class.getName());
    private static final int KEPT = 20;
    /** Lines that wait for a terminal or a pipe which takes nothing: an hour of a backend that flaps each two seconds or so. */
    private static final int MOST_LINES = 2_000;

    private static final Set<String> TROUBLE = Set.of(BackendState.DOWN.word(), BackendState.EJECTED.word());

    private record Key(String pool, String backend) {}

    /** Ejections of a backend for one cause. */
    record Ejected(String pool, String backend, Ejection.Cause cause) {}

    /** One at a time, in order: whoever tells of a change is on a loop or holds a pool, and must not wait for a terminal. */
    private final Executor journal = new ThreadPoolExecutor(
            0,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_LINES),
            Thread.ofPlatform().daemon().name("rondo-changes").factory(),
            (_, _) -> drop());

    private final LongAdder dropped = new LongAdder();
    private final Map<Key, Deque<Transition>> last = new ConcurrentHashMap<>();
    private final Map<Ejected, LongAdder> ejections = new ConcurrentHashMap<>();

    @Override
    public void changed(Pool pool, Transition change) {
        Key key = new Key(pool.name(), change.backend());
        Deque<Transition> changes = last.computeIfAbsent(key, _ -> new ArrayDeque<>());
        synchronized (changes) {
            changes.addFirst(change);
            if (changes.size() > KEPT) changes.removeLast();
        }
        log(
                TROUBLE.contains(change.to()) ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                place(pool, change.backend()) + change.from() + " to " + change.to() + ": " + change.reason());
    }

    @Override
    public void joined(Pool pool, Look backend) {
        log(
                System.Logger.Level.INFO,
                place(pool, backend.backend().id()) + "added, "
                        + backend.state().word() + ": " + backend.reason());
    }

    /** Should one of its name come back, it begins anew, but for its counters and, where it was found, what people said of it. */
    @Override
    public void left(Pool pool, String backend) {
        last.remove(new Key(pool.name(), backend));
        log(System.Logger.Level.INFO, place(pool, backend) + "removed; it ends what it has");
    }

    @Override
    public void tiered(Pool pool, Tier from, Tier to) {
        String what =
                switch (to) {
                    case HEALTHY -> "healthy backends are used again";
                    case BACKUP -> "backups are used: nothing else is healthy";
                    case PANIC -> "ejected backends are used: nothing is healthy";
                    case ALL -> "all backends are used: fewer than panic-threshold are healthy";
                    case NONE -> "no backend may get a request: each is answered with 503";
                };
        System.Logger.Level level = to == Tier.HEALTHY ? System.Logger.Level.INFO : System.Logger.Level.WARNING;
        log(level, "pool " + pool.name() + ": " + what + " (" + from.word() + " to " + to.word() + ")");
    }

    private void log(System.Logger.Level level, String what) {
        journal.execute(() -> LOG.log(level, what));
    }

    private void drop() {
        dropped.increment();
    }

    /** Lines that were not written because as many as may waited already. */
    long dropped() {
        return dropped.sum();
    }

    private static String place(Pool pool, String backend) {
        return "pool " + pool.name() + ", backend " + backend + ": ";
    }

    /** Newest first. */
    List<Transition> of(String pool, String backend) {
        Deque<Transition> changes = last.get(new Key(pool, backend));
        if (changes == null) return List.of();
        synchronized (changes) {
            return List.copyOf(changes);
        }
    }

    /** Counted where it happens: a backend whose checks fail as well does not change its state by it. */
    @Override
    public void benched(Pool pool, String backend, Ejection.Cause cause) {
        ejections
                .computeIfAbsent(new Ejected(pool.name(), backend, cause), _ -> new LongAdder())
                .increment();
    }

    /** As if it had never been there. */
    void forget(String pool, String backend) {
        last.remove(new Key(pool, backend));
        for (Ejection.Cause cause : Ejection.Cause.values()) ejections.remove(new Ejected(pool, backend, cause));
    }

    /** How often each backend has been ejected for what; those that never were are not in it. */
    Map<Ejected, LongAdder> ejections() {
        return ejections;
    }
}
