package dev.rondo.balancer.config;

import java.net.URI;

/**
 * One backend.
 *
 * @param id unique in its pool; {@code host:port} where the file gives none
 * @param url {@code http://host:port}, no path, no user info
 * @param weight 0 takes the backend out of rotation
 * @param backup whether it is used only when no other is healthy
 * @param maxRequests requests in flight that it gets at most; 0 is no limit
 */
public record BackendConfig(String id, URI url, int weight, boolean backup, int maxRequests) {
    /** Not {@link URI#getHost()} and {@link URI#getPort()}, which know nothing of a host with an underscore in its name. */
    private static final String PORT = ":[0-9]*$";

    /** Neither a backup nor limited. */
    public BackendConfig(String id, URI url, int weight) {
        this(id, url, weight, false, 0);
    }

    public BackendConfig {
        var check = new Rejected.Check();
        check.that(!id.isEmpty(), "id", "is empty");
        check.that("http".equals(url.getScheme()) && url.getRawAuthority() != null, "url", "is not an http URL");
        check.that(weight >= 0 && weight <= 1000, "weight", weight + " is out of range; use 0 to 1000");
        check.that(maxRequests >= 0, "max-requests", "must not be negative");
        check.done();
    }

    /** The host of {@link #url()}, an IPv6 literal without its brackets. */
    public String host() {
        String host = url.getRawAuthority().replaceFirst(PORT, "");
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** The port of {@link #url()}, 80 where it names none. */
    public int port() {
        String authority = url.getRawAuthority();
        String host = authority.replaceFirst(PORT, "");
        return host.length() + 1 >= authority.length() ? 80 : Integer.parseInt(authority.substring(host.length() + 1));
    }
}
