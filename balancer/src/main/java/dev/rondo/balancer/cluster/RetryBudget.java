package dev.rondo.balancer.cluster;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many of a pool's requests may be repeats (or hedges) at a time, so that a pool in trouble is not drowned by them. Safe
 * from any thread, without a lock. It outlives a reload.
 *
 * <p>The promise: when a repeat is granted, all that are granted and not given back are at most the larger of {@code least} and
 * {@code percent} of the requests that were active then. Requests that end later do not take back what was granted. Active are
 * requests in flight: at a backend, as their counters say, which are read one after the other while requests come and go. One that
 * has failed counts there until it is at the next, one that is hedged counts twice; so the share holds approximately.
 */
public final class RetryBudget {
    private record Share(int percent, int least) {
        Share {
            if (percent < 0 || percent > 100) {
                throw new IllegalArgumentException("percent: " + percent + " is not between 0 and 100");
            }
            if (least < 0) throw new IllegalArgumentException("least: " + least + " is less than 0");
        }

        long of(long active) {
            return Math.max(least, active * percent / 100);
        }
    }

    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicLong exhausted = new AtomicLong();
    private volatile Share share;

    /**
     * A budget nothing of which is in use.
     *
     * @param percent of the active requests, 0 to 100, rounded down
     * @param least repeats that are allowed however few requests are active
     */
    public RetryBudget(int percent, int least) {
        this.share = new Share(percent, least);
    }

    /** Takes other limits, after a reload; what is in use stays counted. */
    public void change(int percent, int least) {
        share = new Share(percent, least);
    }

    /**
     * Takes one, to be given back when that attempt ends; false, and counted, where there is none.
     *
     * @param active requests of the pool now
     */
    public boolean tryTake(long active) {
        long limit = share.of(active);
        int now = taken.get();
        while (now < limit) {
            int before = taken.compareAndExchange(now, now + 1);
            if (before == now) return true;
            now = before;
        }
        exhausted.getAndIncrement();
        return false;
    }

    /**
     * Gives one back.
     *
     * @throws IllegalStateException where none is in use: one was given back twice
     */
    public void give() {
        if (taken.getAndUpdate(now -> Math.max(0, now - 1)) == 0) {
            throw new IllegalStateException("a repeat was given back that was not taken");
        }
    }

    /** Repeats that run. */
    public int taken() {
        return taken.get();
    }

    /** How often there was none left, ever. */
    public long exhausted() {
        return exhausted.get();
    }
}
