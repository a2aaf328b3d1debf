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
        Duration connect, Duration response, Duration idle, Duration tunnel, Duration keepAlive, Duration maxAge) {}
