package dev.rondo.balancer.config;

/**
 * The data listener: Helidon's own listener keys.
 *
 * @param host address to bind, {@code 0.0.0.0} by default
 * @param port 1 to 65535, 8080 by default; 0 (any free port) only in tests
 * @param backlog connections the kernel may hold that were not accepted yet
 * @param maxTcpConnections open client connections; 0 takes what the process's descriptors allow
 * @param enableProxyProtocol whether each connection begins with a PROXY header, version 1 or 2
 */
public record ServerConfig(String host, int port, int backlog, int maxTcpConnections, boolean enableProxyProtocol) {
    public ServerConfig {
        var check = new Rejected.Check();
        check.that(port >= 0 && port <= 65535, "port", port + " is not a port; use 1 to 65535");
        check.that(backlog >= 1, "backlog", "must be at least 1");
        check.that(maxTcpConnections >= 0, "max-tcp-connections", "must not be negative");
        check.done();
    }
}
