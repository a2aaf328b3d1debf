package dev.rondo.balancer.health;

/**
 * Where a backend is checked.
 *
 * @param host name or address, an IPv6 literal without brackets
 * @param port 1 to 65535
 */
public record Place(String host, int port) {
    /** What {@code Host} says to it, RFC 9110 §7.2. */
    String authority() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + (port == 80 ? "" : ":" + port);
    }
}
