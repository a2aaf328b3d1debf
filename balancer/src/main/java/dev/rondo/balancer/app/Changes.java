package dev.rondo.balancer.app;

import dev.rondo.balancer.cluster.BackendState;
import dev.rondo.balancer.cluster.Ejection;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.cluster.Transition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** The changes of backends' states: logged, counted, and the last of each backend kept for the API. Thread-safe. */
final class Changes implements Pool.Transitions {
    private static final System.Logger LOG = System.getLogger(Changes.class.getName());
    private static final int KEPT = 20;

    private record Key(String pool, String backend) {}

    /** Ejections of a backend for one cause. */
    record Ejected(String pool, String backend, Ejection.Cause cause) {}

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
        LOG.log(
                change.to().equals(BackendState.UP.word()) ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
                "pool " + pool.name() + ", backend " + change.backend() + ": " + change.from() + " to " + change.to()
                        + ": " + change.reason());
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

    /** How often each backend has been ejected for what; those that never were are not in it. */
    Map<Ejected, LongAdder> ejections() {
        return ejections;
    }
}
