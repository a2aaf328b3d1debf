package dev.rondo.balancer.config;

import java.time.Duration;

/**
 * How the process ends after SIGTERM.
 *
 * @param delay time between failing readiness and refusing anything
 * @param timeout time after that for what is in flight
 */
public record DrainConfig(Duration delay, Duration timeout) {
    public DrainConfig {
        var check = new Rejected.Check();
        check.notNegative("delay", delay);
        check.notNegative("timeout", timeout);
        check.done();
    }
}
