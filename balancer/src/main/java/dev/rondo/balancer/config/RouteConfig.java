package dev.rondo.balancer.config;

import org.jspecify.annotations.Nullable;

/**
 * A line of the routing table.
 *
 * @param host lower case, without port; {@code *.example.com} matches any name below; null matches every host
 * @param pathPrefix begins with {@code /}, matches on segment borders; {@code /} matches every path
 * @param pool name of a pool that exists
 */
public record RouteConfig(@Nullable String host, String pathPrefix, String pool) {
    public RouteConfig {
        var check = new Rejected.Check();
        check.that(pathPrefix.startsWith("/"), "path-prefix", "does not begin with a slash");
        check.done();
    }
}
