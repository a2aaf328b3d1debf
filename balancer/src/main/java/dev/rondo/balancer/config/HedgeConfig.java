package dev.rondo.balancer.config;

import java.time.Duration;

/**
 * A second attempt for a safe request whose answer is slow to begin (Dean and Barroso, <i>The Tail at Scale</i>, 2013).
 *
 * @param percentile of the pool's times to an answer's head, above 0 and below 1, after which it is sent
 * @param minDelay before which it is never sent
 */
public record HedgeConfig(double percentile, Duration minDelay) {
    /** What {@code hedge: on} means. */
    public static final HedgeConfig DEFAULT = new HedgeConfig(0.95, Duration.ofMillis(10));

    public HedgeConfig {
        var check = new Rejected.Check();
        check.that(percentile > 0 && percentile < 1, "percentile", "must be above 0 and below 1");
        check.notNegative("min-delay", minDelay);
        check.done();
    }
}
