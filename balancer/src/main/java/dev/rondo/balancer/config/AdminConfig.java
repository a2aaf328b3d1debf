package dev.rondo.balancer.config;

/**
 * The admin listener.
 *
 * @param host address to bind, {@code 0.0.0.0} by default
 * @param port 1 to 65535, 9090 by default; 0 (any free port) only in tests
 */
public record AdminConfig(String host, int port) {
    public AdminConfig {
        var check = new Rejected.Check();
        check.that(port >= 0 && port <= 65535, "port", port + " is not a port; use 1 to 65535");
        check.done();
    }
}
