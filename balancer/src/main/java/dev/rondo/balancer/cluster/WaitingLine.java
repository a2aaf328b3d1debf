package dev.rondo.balancer.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Requests that wait for room at a backend. A backend goes to the first who can take it: one that has failed a request is of no use
 * to that request, which then holds up nobody. Thread-safe; the lock is held for a few instructions and never while anything is
 * waited for, so that loops may take it.
 */
final class WaitingLine {
    /** Guarded by the line. */
    private static final class Place {
        final Thread waiter;
        List<Backend> tried;

        Place(Thread waiter, Collection<Backend> tried) {
            this.waiter = waiter;
            this.tried = List.copyOf(tried);
        }

        boolean wants(Backend backend) {
            return !tried.contains(backend);
        }
    }

    private final ArrayDeque<Place> line = new ArrayDeque<>(); // guarded by this
    private volatile int length; // written with the lock
    /** How many of them take any backend; written with the lock. */
    private volatile int eager;

    int length() {
        return length;
    }

    /** Whether any backend that has room is somebody's who waits already. */
    boolean takesAll() {
        return eager > 0;
    }

    /**
     * Takes the last place; false where {@code most} wait already.
     *
     * @param tried backends that are of no use to it
     */
    synchronized boolean enter(Thread waiter, Collection<Backend> tried, int most) {
        if (line.size() >= most) return false;
        line.addLast(new Place(waiter, tried));
        if (tried.isEmpty()) eager++;
        length = line.size();
        return true;
    }

    /**
     * Whether {@code backend} is somebody's who came before.
     *
     * @param waiter who asks; null for one that is not in the line
     */
    boolean wants(Backend backend, @Nullable Thread waiter) {
        if (length == 0) return false;
        synchronized (this) {
            for (Place place : line) {
                if (place.waiter == waiter) return false;
                if (place.wants(backend)) return true;
            }
            return false;
        }
    }

    /** Other backends than before are of no use to {@code waiter}, who keeps its place. Wakes those behind: one may be theirs now. */
    void change(Thread waiter, Collection<Backend> tried) {
        if (changes(waiter, List.copyOf(tried))) wake();
    }

    private synchronized boolean changes(Thread waiter, List<Backend> tried) {
        for (Place place : line) {
            if (place.waiter != waiter) continue;
            if (place.tried.equals(tried)) return false;
            eager += (tried.isEmpty() ? 1 : 0) - (place.tried.isEmpty() ? 1 : 0);
            place.tried = tried;
            return true;
        }
        return false;
    }

    /** Whoever leaves wakes the next: of two places that became free at once, one wake-up told of both. */
    void leave(Thread waiter) {
        synchronized (this) {
            for (Iterator<Place> places = line.iterator(); places.hasNext(); ) {
                Place place = places.next();
                if (place.waiter != waiter) continue;
                places.remove();
                if (place.tried.isEmpty()) eager--;
                break;
            }
            length = line.size();
        }
        wake();
    }

    /** There may be room. */
    void wake() {
        if (length == 0) return;
        for (Thread waiter : firsts()) LockSupport.unpark(waiter);
    }

    /** Those who may find something: behind one that takes any backend nobody does. */
    private synchronized List<Thread> firsts() {
        List<Thread> firsts = new ArrayList<>(1);
        for (Place place : line) {
            firsts.add(place.waiter);
            if (place.tried.isEmpty()) break;
        }
        return firsts;
    }
}
