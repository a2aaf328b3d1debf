package dev.rondo.balancer.config;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** From values to records. What a constructor rejects becomes a problem at the place of the value it names. */
final class Binding {
    static final String DEFAULT_POOL = "default";
    /** Stands where the file's own cannot, so that the rest is checked all the same; never leaves this class. */
    private static final BackendConfig UNKNOWN = new BackendConfig("unknown", URI.create("http://unknown"), 1);

    private final Findings findings;
    private final Settings settings;
    private final Value.Fields root;

    Binding(Value.Fields root, Settings settings, Findings findings) {
        this.root = root;
        this.settings = settings;
        this.findings = findings;
    }

    /** Null exactly where {@link Findings#problems()} is not empty. */
    @Nullable
    Configuration configuration() {
        SequencedMap<String, PoolConfig> pools = pools();
        List<RouteConfig> routes = routes(pools);
        Configuration configuration = null;
        if (!pools.isEmpty() && !routes.isEmpty()) configuration = bind(root, null, () -> configuration(pools, routes));
        return findings.problems().isEmpty() ? configuration : null;
    }

    private Configuration configuration(SequencedMap<String, PoolConfig> pools, List<RouteConfig> routes) {
        Value.Fields server = root.section("server");
        Value.Fields admin = root.section("admin");
        Value.Fields drain = root.section("drain");
        Value.Fields accessLog = root.section("access-log");
        Value.Fields log = root.section("log");
        return new Configuration(
                new ServerConfig(
                        server.text("host"),
                        server.integer("port"),
                        server.integer("backlog"),
                        server.integer("max-tcp-connections"),
                        server.flag("enable-proxy-protocol")),
                new AdminConfig(admin.text("host"), admin.integer("port")),
                root.get("engine", EngineKind.class),
                root.integer("loops"),
                limits(root.section("limits")),
                clientTimeouts(root.section("timeouts")),
                root.items("trusted-proxies").as(Cidr.class),
                root.flag("forwarded"),
                root.text("via"),
                root.flag("expose-errors"),
                root.duration("dns-refresh"),
                new DrainConfig(drain.duration("delay"), drain.duration("timeout")),
                new AccessLogConfig(accessLog.get("format", AccessLogConfig.Format.class), accessLog.text("path")),
                new LogConfig(
                        log.get("format", LogConfig.Format.class),
                        map(log.section("levels"), System.Logger.Level.class)),
                pools,
                routes);
    }

    private LimitsConfig limits(Value.Fields limits) {
        return bind(
                limits,
                LimitsConfig.DEFAULT,
                () -> new LimitsConfig(
                        limits.integer("max-head-size"),
                        limits.integer("max-fields"),
                        limits.integer("max-target"),
                        limits.get("max-body", Long.class),
                        limits.integer("max-connections-per-client"),
                        limits.integer("max-idle-upstream")));
    }

    private static ClientTimeouts clientTimeouts(Value.Fields timeouts) {
        return new ClientTimeouts(
                timeouts.duration("request-head"),
                timeouts.integer("request-body-rate"),
                timeouts.duration("idle"),
                timeouts.duration("keep-alive"));
    }

    private SequencedMap<String, PoolConfig> pools() {
        SequencedMap<String, PoolConfig> pools = new LinkedHashMap<>();
        // bound even where no pool is at the top, so that what is wrong at the top is said once, and there
        PoolTimeouts shared = poolTimeouts(root.section("timeouts"));
        if (root.has("backends")) pools.put(DEFAULT_POOL, pool(DEFAULT_POOL, root, shared));
        if (root.find("pools") instanceof Value.Fields named)
            named.members().forEach((name, value) -> {
                if (pools.containsKey(name))
                    findings.add(
                            value.origin(),
                            value.path(),
                            "the backends at the top are the pool " + Text.quoted(name)
                                    + " already; choose another name");
                Value.Fields fields = (Value.Fields) value;
                pools.put(name, pool(name, fields, poolTimeouts(fields.section("timeouts"))));
            });
        if (pools.isEmpty()
                && !findings.covers(KeyPath.ROOT.child("backends"))
                && !findings.covers(KeyPath.ROOT.child("pools")))
            findings.add(
                    root.origin(),
                    KeyPath.ROOT.child("backends"),
                    "is missing; name at least one backend, for example backends: [\"http://localhost:5000\"]");
        return pools;
    }

    private PoolConfig pool(String name, Value.Fields at, PoolTimeouts timeouts) {
        List<BackendConfig> backends = at.find("backends") instanceof Value.Items items
                ? items.sections().stream().map(Binding::backend).toList()
                : List.of();
        Strategy strategy = at.find("strategy") == null ? Strategy.ROUND_ROBIN : at.get("strategy", Strategy.class);
        HeadersConfig headers = new HeadersConfig(
                rules(at.section("headers").section("request")),
                rules(at.section("headers").section("response")));
        PoolConfig substitute = new PoolConfig(name, strategy, List.of(UNKNOWN), timeouts, headers);
        return backends.isEmpty()
                ? substitute
                : bind(at, substitute, () -> new PoolConfig(name, strategy, backends, timeouts, headers));
    }

    private static BackendConfig backend(Value.Fields backend) {
        return backend.has("url") && backend.has("id")
                ? new BackendConfig(backend.text("id"), backend.get("url", URI.class), backend.integer("weight"))
                : new BackendConfig(backend.path().shown(), UNKNOWN.url(), 1);
    }

    private PoolTimeouts poolTimeouts(Value.Fields timeouts) {
        return bind(
                timeouts,
                PoolTimeouts.DEFAULT,
                () -> new PoolTimeouts(
                        timeouts.duration("connect"),
                        timeouts.duration("response"),
                        timeouts.duration("idle"),
                        timeouts.duration("tunnel"),
                        timeouts.duration("upstream-keep-alive"),
                        timeouts.duration("upstream-max-age")));
    }

    private HeadersConfig.Rules rules(Value.Fields rules) {
        return bind(
                rules,
                HeadersConfig.Rules.NONE,
                () -> new HeadersConfig.Rules(
                        map(rules.section("set"), String.class),
                        map(rules.section("add"), String.class),
                        rules.items("remove").as(String.class)));
    }

    private static <T> SequencedMap<String, T> map(Value.Fields fields, Class<T> type) {
        SequencedMap<String, T> map = new LinkedHashMap<>();
        fields.members().keySet().forEach(name -> map.put(name, fields.get(name, type)));
        return map;
    }

    private List<RouteConfig> routes(SequencedMap<String, PoolConfig> pools) {
        if (root.find("routes") instanceof Value.Items routes)
            return routes.sections().stream()
                    .map(route -> new RouteConfig(
                            route.has("host") ? route.text("host") : null,
                            route.text("path-prefix"),
                            route.has("pool")
                                    ? route.text("pool")
                                    : pools.isEmpty() ? "" : pools.firstEntry().getKey()))
                    .toList();
        if (pools.size() == 1)
            return List.of(new RouteConfig(null, "/", pools.firstEntry().getKey()));
        if (pools.containsKey(DEFAULT_POOL)) return List.of(new RouteConfig(null, "/", DEFAULT_POOL));
        if (!pools.isEmpty() && !findings.covers(KeyPath.ROOT.child("routes")))
            findings.add(
                    root.section("pools").origin(),
                    KeyPath.ROOT.child("routes"),
                    "is missing: there is more than one pool and none is named default; for example routes: [{pool: "
                            + pools.firstEntry().getKey() + "}]");
        return List.of();
    }

    /** A rule that touches a value which was refused already says nothing: it would judge a default. */
    private <T extends @Nullable Object> T bind(Value.Fields at, T substitute, Supplier<T> record) {
        try {
            return record.get();
        } catch (Rejected rejected) {
            for (Rejected.Reason reason : rejected.reasons()) {
                List<KeyPath> paths =
                        reason.keys().stream().map(key -> below(at.path(), key)).toList();
                if (paths.stream().anyMatch(findings::covers)) continue;
                // where none of them is set here, all are inherited, and the place they come from has been judged
                paths.stream()
                        .flatMap(path -> settings.origin(path).stream())
                        .findFirst()
                        .ifPresent(origin ->
                                findings.add(origin, paths.getFirst(), reason.message() + unset(paths.getFirst())));
            }
            return substitute;
        }
    }

    /** The message stands at the place of another key then. */
    private String unset(KeyPath path) {
        String name = path.shown().substring(path.shown().lastIndexOf('.') + 1);
        return settings.origin(path).isPresent() ? "" : "; " + name + " is not set here, so set it as well";
    }

    /** @param key seen from {@code path}: {@code response}, {@code backends[1].id} */
    private static KeyPath below(KeyPath path, String key) {
        for (String name : key.split("\\.", 2)) {
            int bracket = name.indexOf('[');
            if (bracket < 0) path = path.child(name);
            else
                path = path.child(name.substring(0, bracket))
                        .item(Integer.parseInt(name.substring(bracket + 1, name.length() - 1)));
        }
        return path;
    }
}
