package dev.rondo.balancer.discovery;

import org.jspecify.annotations.Nullable;

/**
 * How the source of a pool stands, at one moment.
 *
 * @param pool its name
 * @param shown what the source is, for people: {@code Service shop/api}
 * @param endpoints those it told of last that may get requests
 * @param lastSuccessMillis when it last answered, milliseconds since the epoch; 0 where it never has
 * @param failures how often it did not answer, since the start
 * @param lost why it does not answer now; null where it does, or has not been asked for long enough to tell
 */
public record SourceStatus(
        String pool,
        String shown,
        int endpoints,
        long lastSuccessMillis,
        long failures,
        @Nullable String lost) {}
