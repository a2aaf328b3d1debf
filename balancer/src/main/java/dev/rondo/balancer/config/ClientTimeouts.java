package dev.rondo.balancer.config;

import java.time.Duration;

/**
 * How long a client is waited for.
 *
 * @param requestHead from the first byte of a head to its last
 * @param requestBodyRate bytes per second that a request's body must reach once it is ten seconds old; 0 is no limit
 * @param idle between bytes of a body, either direction
 * @param keepAlive from an answer to the next request
 */
public record ClientTimeouts(Duration requestHead, int requestBodyRate, Duration idle, Duration keepAlive) {
    public ClientTimeouts {
        var check = new Rejected.Check();
        check.positive("request-head", requestHead);
        check.that(requestBodyRate >= 0, "request-body-rate", "must not be negative");
        check.positive("idle", idle);
        check.positive("keep-alive", keepAlive);
        check.done();
    }
}
