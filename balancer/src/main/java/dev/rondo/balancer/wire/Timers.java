package dev.rondo.balancer.wire;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A hashed timing wheel (Varghese and Lauck, 1987) of deadlines that mostly never come due. A timer stays in the slot it was
 * put in while its deadline moves away, and is moved on when that slot comes up: setting a later deadline costs nothing.
 * Belongs to a lane.
 */
final class Timers {
    /** No deadline. */
    static final long NEVER = Long.MAX_VALUE;

    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int SLOTS = 1024;

    /** Something with a deadline. Linked into a slot by itself, so that a wire needs no further object. */
    abstract static class Timer {
        private @Nullable Timer previous;
        private @Nullable Timer next;
        private long tick = NEVER;

        /** When {@link #expire} is wanted, in the ticker's nanoseconds; {@link #NEVER} if not. */
        abstract long deadline();

        /** Called when {@link #deadline} has passed. */
        abstract void expire(long now);
    }

    private final @Nullable Timer[] slots = new Timer[SLOTS];
    private final long start;
    /** What is left of the slot that is being fired. */
    private @Nullable Timer firing;
    /** The tick up to which everything has been looked at. */
    private long done;
    /** No slot before this tick holds a timer. */
    private long nextTick = NEVER;

    Timers(long now) {
        start = now;
    }

    /** Makes sure that {@code timer} is looked at when {@code deadline} (absolute nanoseconds) has passed. */
    void schedule(Timer timer, long deadline) {
        if (deadline == NEVER) return;
        long tick = Math.max(done + 1, (deadline - start + TICK - 1) / TICK);
        if (timer.tick <= tick) return;
        unlink(timer);
        link(timer, Math.min(tick, done + SLOTS - 1));
    }

    /** Forgets {@code timer}. */
    void cancel(Timer timer) {
        unlink(timer);
    }

    /** Calls what has come due at {@code now}. */
    void advance(long now) {
        long tick = (now - start) / TICK;
        if (tick < nextTick) {
            done = Math.max(done, tick);
            return;
        }
        long from = nextTick;
        long last = Math.min(tick, from + SLOTS - 1);
        done = Math.max(done, tick); // first, so that what is moved on is not moved into the past
        for (long t = from; t <= last; t++) fire((int) (t % SLOTS), now);
        findNext();
    }

    private void fire(int slot, long now) {
        firing = slots[slot]; // taken off the wheel: what is moved on may come back to this slot
        slots[slot] = null;
        for (Timer timer; (timer = firing) != null; ) { // what expires may cancel others, so one at a time
            unlink(timer);
            long deadline = timer.deadline();
            if (deadline != NEVER && deadline - now <= 0) timer.expire(now);
            else schedule(timer, deadline);
        }
    }

    private void findNext() {
        nextTick = NEVER;
        for (long t = done + 1; t < done + SLOTS; t++) {
            if (slots[(int) (t % SLOTS)] != null) {
                nextTick = t;
                return;
            }
        }
    }

    /** Milliseconds from {@code now} until {@link #advance} has something to do, at least 1; 0 where nothing is scheduled. */
    long millisToNext(long now) {
        if (nextTick == NEVER) return 0;
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(start + nextTick * TICK - now) + 1);
    }

    private void link(Timer timer, long tick) {
        int slot = (int) (tick % SLOTS);
        Timer first = slots[slot];
        timer.next = first;
        if (first != null) first.previous = timer;
        slots[slot] = timer;
        timer.tick = tick;
        nextTick = Math.min(nextTick, tick);
    }

    private void unlink(Timer timer) {
        if (timer.tick == NEVER) return;
        int slot = (int) (timer.tick % SLOTS);
        Timer before = timer.previous;
        Timer after = timer.next;
        if (before != null) before.next = after;
        else if (timer.equals(firing)) firing = after;
        else slots[slot] = after;
        if (after != null) after.previous = before;
        timer.previous = timer.next = null;
        timer.tick = NEVER;
    }
}
