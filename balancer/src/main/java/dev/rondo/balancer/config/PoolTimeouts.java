package dev.rondo.balancer.config;

import java.time.Duration;

/**
 * How long the backends of a pool are waited for.
 *
 * @param connect until a connection stands, all addresses of a name together
 * @param response from the last byte sent of a request to the head of its answer
 * @param idle between bytes of a body, either direction
 * @param tunnel between bytes of an upgraded connection, either direction
 * @param keepAlive how long an unused connection is kept
 * @param maxAge how long a connection is used at all
 */
public record PoolTimeouts(
        Duration connect, Duration response, Duration idle, Duration tunnel, Duration keepAlive, Duration maxAge) {
    /** What holds where the file says nothing. */
    public static final PoolTimeouts DEFAULT = new PoolTimeouts(
            Duration.ofSeconds(2),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofHours(1),
            Duration.ofSeconds(60),
            Duration.ofHours(1));

    public PoolTimeouts {
        var check = new Rejected.Check();
        check.positive("connect", connect);
        check.positive("response", response);
        check.positive("idle", idle);
        check.positive("tunnel", tunnel);
        check.positive("upstream-keep-alive", keepAlive);
        check.positive("upstream-max-age", maxAge);
        check.within("connect", connect, "response", response);
        check.within("idle", idle, "tunnel", tunnel);
        check.within("upstream-keep-alive", keepAlive, "upstream-max-age", maxAge);
        check.done();
    }
}
