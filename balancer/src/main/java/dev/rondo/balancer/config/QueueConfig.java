package dev.rondo.balancer.config;

import java.time.Duration;

/**
 * Where requests wait while every backend of a pool has as many as it may have.
 *
 * @param size requests; 0 answers 503 at once
 * @param timeout how long one waits before it is answered with 503
 */
public record QueueConfig(int size, Duration timeout) {
    /** What holds where the file says nothing. */
    public static final QueueConfig DEFAULT = new QueueConfig(1024, Duration.ofSeconds(5));

    public QueueConfig {
        var check = new Rejected.Check();
        check.that(size >= 0, "size", "must not be negative");
        check.positive("timeout", timeout);
        check.done();
    }
}
