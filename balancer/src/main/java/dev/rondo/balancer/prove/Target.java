package dev.rondo.balancer.prove;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;

/**
 * Where requests go.
 *
 * @param host name or address, an IPv6 address without brackets
 * @param authority that of the URL
 * @param path with its query
 * @param asked what {@code Host} says: the authority, where nothing else is asked for
 */
public record Target(String host, int port, String authority, String path, String asked) {
    private static final int HTTP = 80;
    private static final String HOST = "[A-Za-z0-9._~:%\\[\\]-]{1,255}";

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
        return new Target(plain, uri.getPort() < 0 ? HTTP : uri.getPort(), authority, path(uri), authority);
    }

    /**
     * The same place, asked for another host.
     *
     * @throws IllegalArgumentException where no {@code Host} can say that
     */
    public Target asking(String name) {
        if (!name.matches(HOST))
            throw new IllegalArgumentException("--host takes a host, and a port where there is one");
        return new Target(host, port, authority, path, name);
    }

    /** The URL, and {@code Host} where that says something else. */
    String shown() {
        return "http://" + authority + path + (asked.equals(authority) ? "" : " with Host: " + asked);
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
