package dev.rondo.balancer.discovery;

import dev.rondo.balancer.config.BackendConfig;
import java.net.URI;

/** From a host and a port to a backend. */
final class Places {
    private Places() {}

    /** Named by its place. */
    static BackendConfig backend(String host, int port, int weight, boolean backup, int maxRequests) {
        return backend(authority(host, port), host, port, weight, backup, maxRequests);
    }

    static BackendConfig backend(String id, String host, int port, int weight, boolean backup, int maxRequests) {
        return new BackendConfig(id, URI.create("http://" + authority(host, port)), weight, backup, maxRequests);
    }

    /** {@code host:port}, an IPv6 address in brackets. */
    static String authority(String host, int port) {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
