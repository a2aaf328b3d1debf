package dev.rondo.balancer.wire;

/**
 * Something that is to happen on a lane later, unless it is called off before. Belongs to the lane; takes part in its wheel of
 * deadlines, so that one which is mostly called off costs next to nothing.
 */
public final class Alarm extends Timers.Timer {
    private final Lane lane;
    private final Runnable action;
    private long at = Timers.NEVER;

    /**
     * One that is not set.
     *
     * @param action runs on the lane with its lock held and, on an event loop, outside of any thread: it must not wait
     */
    public Alarm(Lane lane, Runnable action) {
        this.lane = lane;
        this.action = action;
    }

    /** Has the action run once {@code nanos} from now, or up to 20 ms later, in place of what was set before. */
    public void set(long nanos) {
        lane.lock();
        try {
            at = lane.deadline(nanos);
            lane.timers().schedule(this, at);
        } finally {
            lane.unlock();
        }
    }

    /** When this returns, the action does not run and will not. */
    public void cancel() {
        lane.lock();
        try {
            at = Timers.NEVER;
            lane.timers().cancel(this);
        } finally {
            lane.unlock();
        }
    }

    @Override
    long deadline() {
        return at;
    }

    @Override
    void expire(long now) {
        at = Timers.NEVER;
        action.run();
    }
}
