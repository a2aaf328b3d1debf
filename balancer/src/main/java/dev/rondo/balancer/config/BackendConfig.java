package dev.rondo.balancer.config;

import java.net.URI;

/**
 * One backend.
 *
 * @param id unique in its pool; {@code host:port} where the file gives none
 * @param url {@code http://host:port}, no path, no user info
 * @param weight 0 takes the backend out of rotation
 */
public record BackendConfig(String id, URI url, int weight) {
    /** The host of {@link #url()}, an IPv6 literal without its brackets. */
    public String host() {
        String host = url.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** The port of {@link #url()}, 80 where it names none. */
    public int port() {
        return url.getPort() < 0 ? 80 : url.getPort();
    }
}
