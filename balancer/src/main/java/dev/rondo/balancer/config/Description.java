package dev.rondo.balancer.config;

import static dev.rondo.balancer.config.Key.optional;
import static dev.rondo.balancer.config.Key.required;

import dev.rondo.balancer.config.Key.Fallback;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Every key there is. The check, the reference, the JSON schema and {@code rondo print} read this and nothing else. */
final class Description {
    private static final Type.Scalar<String> PATH = Scalars.matching(
            "path of a file or -", "[^\\x00]+", "is not a path; name a file, or - for standard output");
    private static final Type.Scalar<String> LOGGER = Scalars.matching(
            "logger",
            "[A-Za-z0-9_$]+(\\.[A-Za-z0-9_$]+)*",
            "is not a logger; write root or a package such as dev.rondo");

    /** The shorter of two, so that setting one of them is enough. */
    static final Fallback.Computed ATTEMPT =
            new Fallback.Computed("that of `response`, or of `request` where that is shorter", Description::attempt);

    static final Type.Section ROOT = section("configuration", all());

    private Description() {}

    private static List<Key> all() {
        List<Key> keys = new ArrayList<>(process());
        keys.addAll(PoolDescription.top());
        keys.add(optional(
                "pools",
                new Type.MapOf(
                        "pools by name", NetworkScalars.POOL_NAME, "NAME", PoolDescription.pool(), Map.of(), false),
                "More pools, by name."));
        keys.add(optional("routes", new Type.ListOf("list of routes", route(), false), """
                        Which requests go to which pool: the longest path prefix of the best host wins (exact, `*.name`, any). \
                        Where there are none, every request goes to the only pool, or to `default`.""")
                .example("[{host: api.example.com, path-prefix: /v1, pool: api}, {pool: default}]"));
        return List.copyOf(keys);
    }

    private static List<Key> process() {
        return List.of(
                optional("server", server(), """
                        Where requests are accepted. A reload cannot change it: a port is bound once, at the start."""),
                optional("admin", admin(), """
                        Where health, metrics and the API are served; never proxied. A reload cannot change it."""),
                Key.of("engine", Scalars.choice(EngineKind.class), "auto", """
                        What runs the relay. `auto` takes `event-loops` where this JDK allows them, else `virtual-threads`, \
                        which is slower and works everywhere. A reload cannot change it."""),
                Key.of("loops", Scalars.integer(0, 1024), "0", """
                        Number of event loops; 0 is one for each processor. A reload cannot change it."""),
                optional("limits", limits(), "What a client may send and how many connections are kept."),
                optional("timeouts", timeouts(), "How long clients and backends are waited for."),
                optional("trusted-proxies", listOf("list of addresses or blocks", NetworkScalars.CIDR), """
                        Peers whose `X-Forwarded-For` is appended to; that of anybody else is replaced. Addresses or blocks.""")
                        .example("[10.0.0.0/8, \"fd00::/8\"]"),
                Key.of("forwarded", Scalars.FLAG, "false", "Whether `Forwarded` (RFC 7239) is added as well."),
                Key.of("via", NetworkScalars.VIA, "rondo", "The name in `Via` (RFC 9110 §7.6.3)."),
                Key.of("expose-errors", Scalars.FLAG, "false", """
                        Whether `Proxy-Status` (RFC 9209), with the reason of a failure, is added to answers of Rondo's own."""),
                Key.of("dns-refresh", Scalars.WAIT, "5s", "How old the addresses of a backend's name may get."),
                optional("zone", NetworkScalars.ZONE, """
                                The zone that this process runs in, for `locality`. Where it is not set, or is an empty text, Rondo takes \
                                that of its own pod, where a Service of its namespace has it among its endpoints.""").example("eu-west-1a"),
                optional("drain", drain(), "How the process ends after SIGTERM."),
                optional("reload", reload(), """
                        When this file is read again; SIGHUP and the API do so in any case. `reload: off` does not watch it. What is \
                        changed holds from then on, except `server`, `admin`, `engine`, `loops` and `access-log`: those stay as \
                        they were until the process is started again, and the log and the API's answer say so."""),
                optional(
                        "access-log",
                        accessLog(),
                        "One line for each exchange. `access-log: off` is short for its format. A reload cannot change it."),
                optional("log", log(), "The application's own log, on standard error."));
    }

    private static Type.Section server() {
        return section(
                "server",
                List.of(
                        Key.of("host", NetworkScalars.BIND_ADDRESS, "0.0.0.0", "Address to bind."),
                        Key.of("port", Scalars.PORT, "8080", "Port of the data listener."),
                        Key.of("backlog", Scalars.integer(1, 65535), "4096", """
                                Connections the kernel may hold that were not accepted yet; `net.core.somaxconn` caps it."""),
                        Key.of("max-tcp-connections", Scalars.integer(0, 10_000_000), "0", """
                                Open client connections; 0 is as many as the process's file descriptors allow."""),
                        Key.of("enable-proxy-protocol", Scalars.FLAG, "false", """
                                Whether each connection begins with a PROXY header, version 1 or 2. It is then required.""")));
    }

    private static Type.Section admin() {
        return section(
                "admin",
                List.of(
                        Key.of("host", NetworkScalars.BIND_ADDRESS, "0.0.0.0", "Address to bind."),
                        Key.of("port", Scalars.PORT, "9090", "Port of the admin listener."),
                        Key.of("writable", Scalars.FLAG, "false", """
                                Whether the API may drain backends, change weights and reload."""),
                        optional("token", Scalars.SECRET, """
                                        Bearer token (RFC 6750) without which the API answers 401; health and metrics do not ask for it. \
                                        Better set by the variable `RONDO_ADMIN_TOKEN` than in the file; `rondo print` does not show it.""").example("0123456789abcdef0123456789abcdef")));
    }

    private static Type.Section limits() {
        return section(
                "limits",
                List.of(
                        Key.of("max-head-size", Scalars.size(1 << 10, 1 << 20), "32KiB", """
                                Bytes of a request's or an answer's head, and of a trailer section; 431 or 502 over it."""),
                        Key.of(
                                "max-fields",
                                Scalars.integer(1, 10_000),
                                "128",
                                "Field lines in a head; 431 or 502 over it."),
                        Key.of("max-target", Scalars.size(64, 1 << 20), "16KiB", """
                                Bytes of a request target; 414 over it. Not more than `max-head-size`."""),
                        Key.of(
                                        "max-body",
                                        Scalars.sizeOrUnlimited(),
                                        "unlimited",
                                        "Bytes of a request's body; 413 over it.")
                                .example("10MiB"),
                        Key.of("max-connections-per-client", Scalars.integer(0, 1_000_000), "0", """
                                Open connections of one client address; 0 is no limit."""),
                        Key.of("max-idle-upstream", Scalars.integer(0, 100_000), "256", """
                                Idle connections that each loop keeps to one backend. A reload can lower it, and raise it up to what it was at the start."""),
                        Key.of("max-requests-in-flight", Scalars.integer(0, 10_000_000), "0", """
                                Requests that the process works on at a time; 503 with `Retry-After` over it. 0 is no limit.""")));
    }

    static Type.Section timeouts() {
        return section(
                "timeouts",
                List.of(
                        Key.of("connect", Scalars.WAIT, "2s", """
                                Until a connection to a backend stands, all addresses of its name together. Not longer than `response`."""),
                        Key.of("response", Scalars.WAIT, "60s", """
                                From the last byte sent of a request to the head of its answer; 504 after it."""),
                        Key.of("request", Scalars.WAIT_OR_NONE, "0s", """
                                From a request's head to the head of its answer, all attempts and waits together; 504 after it. \
                                An attempt whose body the client still sends is not cut by it. \
                                0s is no limit of its own."""),
                        Key.of("attempt", Scalars.WAIT, "", """
                                        From the beginning of one attempt, its connection, to the head of its answer, but for the time \
                                        in which the client sends its body. Never longer than `response` from the end of the request \
                                        on. Not shorter than `connect`, not longer than `request`.""").or(ATTEMPT).example("10s"),
                        Key.of("idle", Scalars.WAIT, "60s", """
                                Between bytes of a body, either direction. Not longer than `tunnel`."""),
                        Key.of("tunnel", Scalars.WAIT, "1h", """
                                Between bytes of an upgraded connection (WebSocket), either direction."""),
                        Key.of("request-head", Scalars.WAIT, "10s", """
                                From the first byte of a request's head to its last; 408 after it."""),
                        Key.of("request-body-rate", Scalars.integer(0, 1_000_000_000), "240", """
                                Bytes per second that a request's body must reach once it is ten seconds old; 0 is no limit."""),
                        Key.of(
                                "keep-alive",
                                Scalars.WAIT,
                                "75s",
                                "From an answer to the client's next request on a connection."),
                        Key.of("upstream-keep-alive", Scalars.WAIT, "60s", """
                                How long an unused connection to a backend is kept. Not longer than `upstream-max-age`."""),
                        Key.of(
                                "upstream-max-age",
                                Scalars.WAIT,
                                "1h",
                                "How long a connection to a backend is used at all.")));
    }

    private static String attempt(Value.Fields timeouts) {
        Duration request = timeouts.duration("request");
        boolean shorter = request.isPositive() && request.compareTo(timeouts.duration("response")) < 0;
        return timeouts.written(shorter ? "request" : "response");
    }

    private static Type.Section reload() {
        return sectionOrIts(
                "reload",
                List.of(
                        Key.of("watch", Scalars.SWITCH, "on", "Whether the file is read again when it has changed."),
                        Key.of("interval", Scalars.WAIT, "1s", "From one look at the file's digest to the next.")));
    }

    private static Type.Section drain() {
        return section(
                "drain",
                List.of(
                        Key.of("delay", Scalars.WAIT_OR_NONE, "5s", """
                                Between failing readiness and refusing anything: the time that load balancers before Rondo need to notice."""),
                        Key.of("timeout", Scalars.WAIT_OR_NONE, "30s", "After that, for what is in flight.")));
    }

    private static Type.Section accessLog() {
        return sectionOrIts(
                "access log",
                List.of(
                        Key.of(
                                "format",
                                // YAML 1.1 reads off as false, and so do the tools that write YAML
                                Scalars.choice(
                                        AccessLogConfig.Format.class, text -> text.equals("false") ? "off" : text),
                                "json",
                                "How a line looks."),
                        Key.of("path", PATH, "-", "A file, or `-` for standard output.")));
    }

    private static Type.Section log() {
        SequencedMap<String, Level> levels = new LinkedHashMap<>();
        for (Level level : List.of(Level.TRACE, Level.DEBUG, Level.INFO, Level.WARNING, Level.ERROR, Level.OFF))
            levels.put(Scalars.word(level), level);
        Type.Scalar<Level> level = Scalars.choice(levels, text -> text.equals("false") ? "off" : text);
        return section(
                "log",
                List.of(
                        Key.of("format", Scalars.choice(LogConfig.Format.class), "text", "How a line looks."),
                        optional(
                                        "levels",
                                        new Type.MapOf(
                                                "levels by logger",
                                                LOGGER,
                                                "LOGGER",
                                                level,
                                                Map.of("root", "info"),
                                                true),
                                        "What is logged, by logger; `root` is all of them.")
                                .example("{root: info, dev.rondo.balancer.proxy: debug}")));
    }

    private static Type.Section route() {
        return section(
                "route",
                List.of(
                        optional("host", NetworkScalars.ROUTE_HOST, """
                                Without port; upper and lower case are the same. `*.example.com` is any name below `example.com`. \
                                Any host where it is not set.""").example("www.example.com"),
                        Key.of("path-prefix", NetworkScalars.PATH_PREFIX, "/", """
                                Begins the path, up to a segment's end: `/v1` matches `/v1` and `/v1/x`, not `/v10`."""),
                        required("pool", NetworkScalars.POOL_NAME, "Name of the pool.")
                                .example("api")));
    }

    /** A scalar that stands for the section is its first key. */
    static Type.Section sectionOrIts(String name, List<Key> keys) {
        return new Type.Section(name, keys, keys.getFirst());
    }

    static Type.Section section(String name, List<Key> keys) {
        return new Type.Section(name, keys, null);
    }

    static Type.ListOf listOf(String name, Type item) {
        return new Type.ListOf(name, item, true);
    }
}
