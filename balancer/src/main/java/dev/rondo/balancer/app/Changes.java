package dev.rondo.balancer.app;

import dev.rondo.balancer.cluster.BackendState;
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

    /** A backend of a pool. */
    record Key(String pool, String backend) {}

    private final Map<Key, Deque<Transition>> last = new ConcurrentHashMap<>();
    private final Map<Key, LongAdder> ejections = new ConcurrentHashMap<>();

    @Override
    public void changed(Pool pool, Transition change) {
        Key key = new Key(pool.name(), change.backend());
        if (change.to().equals(BackendState.EJECTED.word())) {
            ejections.computeIfAbsent(key, _ -> new LongAdder()).increment();
        }
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

    /** How often each backend has been ejected. */
    Map<Key, LongAdder> ejections() {
        return ejections;
    }
}
