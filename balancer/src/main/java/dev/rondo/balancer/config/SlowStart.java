package dev.rondo.balancer.config;

import java.time.Duration;

/**
 * A backend that comes back gets its share bit by bit: {@code max(10 %, (t / window) ^ (1 / aggression))} of its weight.
 *
 * @param window after which the weight is whole
 * @param aggression 1 is linear, more is faster at the beginning
 */
public record SlowStart(Duration window, double aggression) {
    public SlowStart {
        var check = new Rejected.Check();
        check.positive("window", window);
        check.that(aggression > 0, "aggression", "must be more than 0");
        check.done();
    }
}
