package dev.rondo.balancer.discovery;

import dev.rondo.balancer.config.BackendConfig;
import java.net.Inet6Address;
import java.net.InetAddress;
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

    static String literal(InetAddress address) {
        int scope = address instanceof Inet6Address six ? six.getScopeId() : 0;
        return literal(address.getHostAddress(), scope);
    }

    /**
     * A scope goes by the number of its interface: a URL does not take every name that an interface may have, such as br-lan.
     *
     * @param scope 0 for none
     */
    static String literal(String address, int scope) {
        return scope == 0 ? address : address.replaceFirst("%.*$", "%" + scope);
    }

    /** {@code host:port}, an IPv6 address in brackets. */
    static String authority(String host, int port) {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
