package dev.rondo.balancer.config;

import java.time.Duration;

/**
 * How long the backends of a pool are waited for.
 *
 * @param connect until a connection stands, all addresses of a name together
 * @param response from the last byte sent of a request to the head of its answer
 * @param attempt from the beginning of one attempt to the head of its answer, but for the time in which the client sends a body
 * @param request from the request's head to the head of its answer, all attempts and waits together; zero is no limit of
 *     its own
 * @param idle between bytes of a body, either direction
 * @param tunnel between bytes of an upgraded connection, either direction
 * @param keepAlive how long an unused connection is kept
 * @param maxAge how long a connection is used at all
 */
public record PoolTimeouts(
        Duration connect,
        Duration response,
        Duration attempt,
        Duration request,
        Duration idle,
        Duration tunnel,
        Duration keepAlive,
        Duration maxAge) {
    /** What holds where the file says nothing. */
    public static final PoolTimeouts DEFAULT = new PoolTimeouts(
            Duration.ofSeconds(2),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofHours(1),
            Duration.ofSeconds(60),
            Duration.ofHours(1));

    /** An attempt has as long as its answer, a request as long as its attempts need. */
    public PoolTimeouts(
            Duration connect, Duration response, Duration idle, Duration tunnel, Duration keepAlive, Duration maxAge) {
        this(connect, response, response, Duration.ZERO, idle, tunnel, keepAlive, maxAge);
    }

    public PoolTimeouts {
        var check = new Rejected.Check();
        check.positive("connect", connect);
        check.positive("response", response);
        check.positive("attempt", attempt);
        check.notNegative("request", request);
        check.positive("idle", idle);
        check.positive("tunnel", tunnel);
        check.positive("upstream-keep-alive", keepAlive);
        check.positive("upstream-max-age", maxAge);
        check.within("connect", connect, "response", response);
        // an attempt that has as long as what it was taken from has been judged with that
        boolean limited = request.isPositive();
        if (!attempt.equals(response) && !(limited && attempt.equals(request)))
            check.within("connect", connect, "attempt", attempt);
        if (limited) {
            check.within("connect", connect, "request", request);
            check.within("attempt", attempt, "request", request);
        }
        check.within("idle", idle, "tunnel", tunnel);
        check.within("upstream-keep-alive", keepAlive, "upstream-max-age", maxAge);
        check.done();
    }
}
