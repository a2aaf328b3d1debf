package dev.rondo.balancer.config;

/**
 * The admin listener.
 *
 * @param host address to bind, {@code 0.0.0.0} by default
 * @param port 1 to 65535, 9090 by default; 0 (any free port) only in tests
 */
public record AdminConfig(String host, int port) {}
