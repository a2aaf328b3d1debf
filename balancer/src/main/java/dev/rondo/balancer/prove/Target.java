package dev.rondo.balancer.prove;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;

/**
 * Where requests go.
 *
 * @param host name or address, an IPv6 address without brackets
 * @param authority as {@code Host} has it
 * @param path with its query
 */
public record Target(String host, int port, String authority, String path) {
    private static final int HTTP = 80;

    /**
     * Takes a URL apart.
     *
     * @throws IllegalArgumentException where it is not one of http, with what to do about it
     */
    public static Target of(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(url + " is not a URL: " + e.getReason(), e);
        }
        String host = uri.getHost();
        if (!"http".equalsIgnoreCase(uri.getScheme()) || host == null || uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException(url + " is not http://HOST[:PORT][/PATH]; TLS is not spoken here");
        }
        String authority = uri.getPort() < 0 ? host : host + ":" + uri.getPort();
        String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new Target(plain, uri.getPort() < 0 ? HTTP : uri.getPort(), authority, path(uri));
    }

    private static String path(URI uri) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    /** All addresses, in the system's order; looked up each time, as far as the JDK does not remember them. */
    InetAddress[] addresses() throws UnknownHostException {
        return InetAddress.getAllByName(host);
    }
}
