package dev.rondo.balancer.config;

import org.jspecify.annotations.Nullable;

/**
 * The admin listener.
 *
 * @param host address to bind, {@code 0.0.0.0} by default
 * @param port 1 to 65535, 9090 by default; 0 (any free port) only in tests
 * @param writable whether the API may change anything
 * @param token what the API wants to see as a bearer token (RFC 6750 §2.1); null is nothing
 */
public record AdminConfig(
        String host, int port, boolean writable, @Nullable String token) {
    /** Read-only, without a token. */
    public AdminConfig(String host, int port) {
        this(host, port, false, null);
    }

    public AdminConfig {
        var check = new Rejected.Check();
        check.that(port >= 0 && port <= 65535, "port", port + " is not a port; use 1 to 65535");
        check.that(token == null || !token.isEmpty(), "token", "is empty");
        check.done();
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "AdminConfig[host=%s, port=%s, writable=%s, token=%s]"
                .formatted(host, port, writable, token == null ? "none" : Secret.HIDDEN);
    }
}
