package dev.rondo.balancer.config;

import org.jspecify.annotations.Nullable;

/**
 * How requests are spread over the backends of a pool, beside its {@link Strategy}.
 *
 * @param hashOn what keeps a client at a backend, for the strategies that hash
 * @param boundedLoad how far above the mean of its pool a backend's requests in flight may be, 1.25 is 125 %; 0 is off, else
 *     at least 1 (Mirrokni, Thorup and Zadimoghaddam, <i>Consistent Hashing with Bounded Loads</i>, 2016)
 * @param panicThreshold share of healthy backends, 0 to 1, below which all are used; at 0 those that passive ejection alone
 *     has benched are used when none is left
 * @param slowStart how a backend that comes back gets its share; null is at once
 * @param queue where requests wait while every backend is full
 * @param affinity a cookie that brings a client back; null is none
 */
public record Balancing(
        HashOn hashOn,
        double boundedLoad,
        double panicThreshold,
        @Nullable SlowStart slowStart,
        QueueConfig queue,
        @Nullable Affinity affinity) {
    /** What holds where the file says nothing. */
    public static final Balancing DEFAULT = new Balancing(new HashOn.ClientIp(), 0, 0, null, QueueConfig.DEFAULT, null);

    public Balancing {
        var check = new Rejected.Check();
        check.that(boundedLoad == 0 || boundedLoad >= 1, "bounded-load", "must be off, or 1 or more");
        check.that(panicThreshold >= 0 && panicThreshold <= 1, "panic-threshold", "is out of range; use 0 to 1");
        check.done();
    }
}
