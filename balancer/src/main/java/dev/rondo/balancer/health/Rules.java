package dev.rondo.balancer.health;

import dev.rondo.balancer.config.HealthCheckConfig;
import java.time.Duration;

/**
 * How often the backends of a pool are checked, and what follows.
 *
 * @param timeout for a whole check; not above {@code schedule}'s interval
 * @param fall failures in a row that take a backend down
 * @param rise passes in a row that bring it up
 * @param initial what a backend is until its first check
 */
public record Rules(Schedule schedule, Duration timeout, int fall, int rise, Standing initial) {
    static Rules of(HealthCheckConfig config) {
        Standing initial =
                switch (config.initial()) {
                    case UNKNOWN -> Standing.UNKNOWN;
                    case UP -> Standing.UP;
                    case DOWN -> Standing.DOWN;
                };
        Schedule schedule = new Schedule(config.interval().toNanos(), config.jitter());
        return new Rules(schedule, config.timeout(), config.fall(), config.rise(), initial);
    }
}
