package dev.rondo.balancer.config;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A whole, valid configuration: what {@code rondo check} has accepted. Immutable.
 *
 * @param server where requests are accepted
 * @param admin where health, metrics and the API are served
 * @param engine what runs the relay
 * @param loops number of event loops; 0 is one for each processor
 * @param limits what a client may send
 * @param timeouts how long a client is waited for
 * @param trustedProxies peers whose {@code X-Forwarded-For} is appended to rather than replaced
 * @param forwarded whether {@code Forwarded} (RFC 7239) is added as well
 * @param via the pseudonym in {@code Via} (RFC 9110 §7.6.3)
 * @param exposeErrors whether {@code Proxy-Status} (RFC 9209) is added to answers of our own
 * @param dnsRefresh how old a resolved address may get
 * @param drain how the process ends
 * @param reload when the file is read again
 * @param accessLog one line for each exchange
 * @param log the application's own log
 * @param pools in the order of the file; never empty
 * @param routes in the order of the file; each names a pool that exists; never empty
 */
public record Configuration(
        ServerConfig server,
        AdminConfig admin,
        EngineKind engine,
        int loops,
        LimitsConfig limits,
        ClientTimeouts timeouts,
        List<Cidr> trustedProxies,
        boolean forwarded,
        String via,
        boolean exposeErrors,
        Duration dnsRefresh,
        DrainConfig drain,
        ReloadConfig reload,
        AccessLogConfig accessLog,
        LogConfig log,
        SequencedMap<String, PoolConfig> pools,
        List<RouteConfig> routes) {
    public Configuration {
        trustedProxies = List.copyOf(trustedProxies);
        pools = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(pools));
        routes = List.copyOf(routes);
        var check = new Rejected.Check();
        check.that(loops >= 0, "loops", "must not be negative");
        check.positive("dns-refresh", dnsRefresh);
        check.that(!pools.isEmpty(), "pools", "is empty; name at least one");
        check.that(!routes.isEmpty(), "routes", "is empty; name at least one");
        if (server.port() != 0 && server.port() == admin.port() && overlap(server.host(), admin.host()))
            check.fail(
                    List.of("admin.port", "server.port", "admin.host", "server.host"),
                    admin.port() + " is server.port as well; give each a port of its own");
        checkRoutes(check, routes, pools);
        check.done();
    }

    private static boolean overlap(String one, String other) {
        return one.equals(other) || anyAddress(one) || anyAddress(other);
    }

    private static boolean anyAddress(String host) {
        return host.equals("0.0.0.0") || host.equals("::");
    }

    private static void checkRoutes(Rejected.Check check, List<RouteConfig> routes, Map<String, PoolConfig> pools) {
        Map<String, Integer> matches = new HashMap<>(); // by prefix, which begins with a slash, and host
        for (int i = 0; i < routes.size(); i++) {
            RouteConfig route = routes.get(i);
            if (!pools.containsKey(route.pool()))
                check.fail(List.of("routes[" + i + "].pool", "pools", "backends"), noPool(route.pool(), pools));
            Integer first = matches.putIfAbsent(route.pathPrefix() + " " + route.host(), i);
            if (first != null)
                check.fail(
                        keys(i, first),
                        "matches the same host and path as routes[" + first + "]; only one of them can be chosen");
        }
    }

    private static List<String> keys(int route, int first) {
        String one = "routes[" + route + "]";
        String other = "routes[" + first + "]";
        return List.of(one, one + ".host", one + ".path-prefix", other, other + ".host", other + ".path-prefix");
    }

    private static String noPool(String name, Map<String, PoolConfig> pools) {
        return Text.nearest(name, pools.keySet().stream())
                .map(pool -> "there is no pool " + Text.quoted(name) + " (did you mean " + Text.quoted(pool) + "?)")
                .orElse("there is no pool " + Text.quoted(name) + "; there is " + String.join(", ", pools.keySet()));
    }
}
