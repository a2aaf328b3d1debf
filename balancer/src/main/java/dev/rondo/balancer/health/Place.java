package dev.rondo.balancer.health;

/**
 * Where a backend is checked.
 *
 * @param host name or address, an IPv6 literal without brackets
 * @param port 1 to 65535
 * @param whose URL of the backend: one that has moved is another, even where its checks go to the same port as before
 */
public record Place(String host, int port, String whose) {
    /** Of the backend that is there itself. */
    public Place(String host, int port) {
        this(host, port, "http://" + host + ":" + port);
    }

    /** What {@code Host} says to it, RFC 9110 §7.2. */
    String authority() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + (port == 80 ? "" : ":" + port);
    }
}
