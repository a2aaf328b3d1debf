package dev.rondo.balancer.health;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one backend by its checks, at one moment.
 *
 * @param passed checks that have passed, since the start, reloads included
 * @param failed checks that have failed
 * @param last the latest check; null before the first
 */
public record BackendCheck(
        String pool,
        String backend,
        CheckState state,
        long passed,
        long failed,
        @Nullable Last last) {
    /**
     * One check.
     *
     * @param endedMillis when it ended, milliseconds since the epoch
     */
    public record Last(CheckResult result, long endedMillis, Duration took) {}
}
