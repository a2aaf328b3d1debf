package dev.rondo.balancer.connect;

import java.util.concurrent.TimeUnit;

/**
 * How long a backend has lately let its connections idle before it closed them. A request that must not be sent twice goes over a
 * kept connection only while that has been idle for half of this at most, and has {@link #MARGIN} left: the backend may be closing it at this moment, and
 * whether it has seen the request nobody could tell (RFC 9112 §9.3.1). Of one lane, with its lock held.
 */
final class IdleLife {
    /** A backend may be configured anew, or another may have taken its place. */
    private static final long FORGET = TimeUnit.SECONDS.toNanos(10);

    /** More than a request takes to be read by a busy backend. One that closes sooner gets such requests over new connections only. */
    private static final long MARGIN = TimeUnit.MILLISECONDS.toNanos(100);

    private long shortest;
    private long seenAt;
    private boolean seen;

    /** The backend has closed a connection that was idle for so long. */
    void closedAfter(long idleNanos, long now) {
        if (seen && idleNanos > shortest && now - seenAt < FORGET) return;
        shortest = idleNanos;
        seenAt = now;
        seen = true;
    }

    /** Whether one that has been idle for so long is unlikely to be closed right now. */
    boolean isSafe(long idleNanos, long now) {
        return !seen || now - seenAt >= FORGET || shortest - idleNanos >= Math.max(MARGIN, shortest / 2);
    }
}
