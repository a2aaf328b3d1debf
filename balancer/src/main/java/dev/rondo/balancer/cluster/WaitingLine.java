package dev.rondo.balancer.cluster;

import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Requests that wait for room at a backend, first come, first served. Thread-safe; the lock is held for a few instructions and
 * never while anything is waited for, so that loops may take it.
 */
final class WaitingLine {
    private final ArrayDeque<Thread> line = new ArrayDeque<>(); // guarded by this
    private volatile int length;

    /** Whether somebody waits, so that whoever comes now goes behind. */
    boolean isEmpty() {
        return length == 0;
    }

    int length() {
        return length;
    }

    /** Takes the last place; false where {@code most} wait already. */
    synchronized boolean enter(Thread waiter, int most) {
        if (line.size() >= most) return false;
        line.addLast(waiter);
        length = line.size();
        return true;
    }

    synchronized boolean isFirst(Thread waiter) {
        return line.peekFirst() == waiter;
    }

    /** Whoever leaves wakes the next: of two places that became free at once, one wake-up told of both. */
    void leave(Thread waiter) {
        synchronized (this) {
            line.remove(waiter);
            length = line.size();
        }
        wakeFirst();
    }

    /** There may be room. */
    void wakeFirst() {
        if (length == 0) return;
        LockSupport.unpark(first());
    }

    private synchronized @Nullable Thread first() {
        return line.peekFirst();
    }
}
