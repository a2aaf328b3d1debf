package dev.rondo.balancer.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** From values to records. What a constructor rejects becomes a problem at the place of the value it names. */
final class Binding {
    static final String DEFAULT_POOL = "default";

    private final Findings findings;
    private final Value.Fields root;
    private final Construction make;
    private final PoolBinding binding;

    Binding(Value.Fields root, Settings settings, Findings findings) {
        this.root = root;
        this.findings = findings;
        this.make = new Construction(settings, findings);
        this.binding = new PoolBinding(make, findings, root.textOrNull("zone"));
    }

    /** Null exactly where {@link Findings#problems()} is not empty. */
    @Nullable
    Configuration configuration() {
        SequencedMap<String, PoolConfig> pools = pools();
        List<RouteConfig> routes = routes(pools);
        Configuration configuration = null;
        if (!pools.isEmpty() && !routes.isEmpty())
            configuration = make.bind(root, null, () -> configuration(pools, routes));
        return findings.problems().isEmpty() ? configuration : null;
    }

    private Configuration configuration(SequencedMap<String, PoolConfig> pools, List<RouteConfig> routes) {
        Value.Fields server = root.section("server");
        Value.Fields admin = root.section("admin");
        Value.Fields drain = root.section("drain");
        Value.Fields reload = root.section("reload");
        Value.Fields accessLog = root.section("access-log");
        Value.Fields log = root.section("log");
        return new Configuration(
                new ServerConfig(
                        server.text("host"),
                        server.integer("port"),
                        server.integer("backlog"),
                        server.integer("max-tcp-connections"),
                        server.flag("enable-proxy-protocol")),
                new AdminConfig(
                        admin.text("host"), admin.integer("port"), admin.flag("writable"), admin.secret("token")),
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
                new ReloadConfig(reload.flag("watch"), reload.duration("interval")),
                new AccessLogConfig(accessLog.get("format", AccessLogConfig.Format.class), accessLog.text("path")),
                new LogConfig(
                        log.get("format", LogConfig.Format.class),
                        PoolBinding.map(log.section("levels"), System.Logger.Level.class)),
                pools,
                routes);
    }

    private LimitsConfig limits(Value.Fields limits) {
        return make.bind(
                limits,
                LimitsConfig.DEFAULT,
                () -> new LimitsConfig(
                        limits.integer("max-head-size"),
                        limits.integer("max-fields"),
                        limits.integer("max-target"),
                        limits.get("max-body", Long.class),
                        limits.integer("max-connections-per-client"),
                        limits.integer("max-idle-upstream"),
                        limits.integer("max-requests-in-flight")));
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
        PoolTimeouts shared = binding.timeouts(root.section("timeouts"));
        if (root.has("backends")) pools.put(DEFAULT_POOL, binding.pool(DEFAULT_POOL, root, shared));
        if (root.find("pools") instanceof Value.Fields named)
            named.members().forEach((name, value) -> {
                if (pools.containsKey(name))
                    findings.add(
                            value.origin(),
                            value.path(),
                            "the backends at the top are the pool " + Text.quoted(name)
                                    + " already; choose another name");
                Value.Fields fields = (Value.Fields) value;
                pools.put(name, binding.pool(name, fields, binding.timeouts(fields.section("timeouts"))));
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
}
