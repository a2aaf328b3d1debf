package dev.rondo.balancer.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts the pieces of code a loop has begun and ended: odd while one runs. Written by the loop, read by a watcher, who takes
 * the same odd number twice as a loop that is held.
 */
final class Pulse {
    private static final VarHandle BEAT;

    static {
        try {
            BEAT = MethodHandles.lookup().findVarHandle(Pulse.class, "beat", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // through BEAT
    private long beat;

    private volatile long stalls;
    private long reported;

    void begin() {
        BEAT.setOpaque(this, (long) BEAT.get(this) + 1);
    }

    void end() {
        begin();
    }

    long beat() {
        return (long) BEAT.getOpaque(this);
    }

    /** Called by the one watcher, with what {@link #beat} said twice: whether this stall is a new one, now counted. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    boolean isNewStall(long held) {
        if (reported == held) return false;
        reported = held;
        stalls++;
        return true;
    }

    long stalls() {
        return stalls;
    }
}
