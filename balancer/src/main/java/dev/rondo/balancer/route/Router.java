package dev.rondo.balancer.route;

import dev.rondo.balancer.cluster.Cluster;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.config.RouteConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Host and path to a pool. The exact host is looked at first, then {@code *.} followed by ever fewer labels, then the routes
 * without host; among those of one host the longest path prefix that ends on a segment border wins. A host whose routes do
 * not have the path falls through to the next. Immutable.
 */
public final class Router {
    private record Prefix(RouteConfig route, String path, Pool pool) {
        boolean matches(String target) {
            if (!target.startsWith(path)) return path.equals("/");
            return path.endsWith("/") || target.length() == path.length() || target.charAt(path.length()) == '/';
        }
    }

    private final Map<String, List<Prefix>> exact = new HashMap<>();
    /** By what follows the asterisk: {@code .example.com}. */
    private final Map<String, List<Prefix>> wildcard = new HashMap<>();

    private final List<Prefix> anyHost = new ArrayList<>();
    private final @Nullable Pool only;

    /** @param routes each names a pool of {@code cluster} */
    public Router(List<RouteConfig> routes, Cluster cluster) {
        for (RouteConfig route : routes) {
            Pool pool = Objects.requireNonNull(cluster.pool(route.pool()), route.pool());
            prefixes(route.host()).add(new Prefix(route, route.pathPrefix(), pool));
        }
        Comparator<Prefix> longestFirst =
                (a, b) -> Integer.compare(b.path().length(), a.path().length());
        exact.values().forEach(list -> list.sort(longestFirst));
        wildcard.values().forEach(list -> list.sort(longestFirst));
        anyHost.sort(longestFirst);
        boolean single = exact.isEmpty() && wildcard.isEmpty() && anyHost.size() == 1;
        only = single && anyHost.getFirst().path().equals("/")
                ? anyHost.getFirst().pool()
                : null;
    }

    private List<Prefix> prefixes(@Nullable String host) {
        if (host == null) return anyHost;
        return host.startsWith("*.")
                ? wildcard.computeIfAbsent(host.substring(1), key -> new ArrayList<>())
                : exact.computeIfAbsent(host, key -> new ArrayList<>());
    }

    /** The pool that gets every request, whatever its host and path; null where that depends on them. */
    public @Nullable Pool only() {
        return only;
    }

    /**
     * The pool for a request; null where no route matches.
     *
     * @param authority host and port as sent, null where the client sent none
     * @param path without the query
     */
    public @Nullable Pool route(@Nullable String authority, String path) {
        if (only != null) return only;
        Prefix prefix = prefix(authority, path);
        return prefix == null ? null : prefix.pool();
    }

    /** The route that {@link #route} goes by; null where none matches. */
    public @Nullable RouteConfig matching(@Nullable String authority, String path) {
        Prefix prefix = prefix(authority, path);
        return prefix == null ? null : prefix.route();
    }

    private @Nullable Prefix prefix(@Nullable String authority, String path) {
        if (authority != null) {
            String host = hostOf(authority);
            Prefix prefix = longest(exact.get(host), path);
            if (prefix != null) return prefix;
            for (int dot = host.indexOf('.'); dot >= 0 && !wildcard.isEmpty(); dot = host.indexOf('.', dot + 1)) {
                prefix = longest(wildcard.get(host.substring(dot)), path);
                if (prefix != null) return prefix;
            }
        }
        return longest(anyHost, path);
    }

    /** Lower case, without port and without the dot of a fully qualified name. */
    private static String hostOf(String authority) {
        int end = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
        String host = end > 0 ? authority.substring(0, end) : authority;
        if (host.endsWith(".")) host = host.substring(0, host.length() - 1);
        return host.toLowerCase(Locale.ROOT);
    }

    private static @Nullable Prefix longest(@Nullable List<Prefix> prefixes, String path) {
        if (prefixes == null) return null;
        for (Prefix prefix : prefixes) if (prefix.matches(path)) return prefix;
        return null;
    }
}
