package dev.rondo.balancer.testkit;

import dev.rondo.balancer.config.AccessLogConfig;
import dev.rondo.balancer.config.AdminConfig;
import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.Cidr;
import dev.rondo.balancer.config.ClientTimeouts;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.DrainConfig;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.HeadersConfig;
import dev.rondo.balancer.config.LimitsConfig;
import dev.rondo.balancer.config.LogConfig;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.config.PoolTimeouts;
import dev.rondo.balancer.config.ReloadConfig;
import dev.rondo.balancer.config.RouteConfig;
import dev.rondo.balancer.config.ServerConfig;
import dev.rondo.balancer.config.Strategy;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link Configuration} for a test: free ports on the loopback address, the defaults of the product except for
 * timeouts, which are short where a test waits for them and long where a slow machine must not meet them.
 */
public final class Configurations {
    private static final String LOOPBACK = "127.0.0.1";

    private final EngineKind engine;
    private final SequencedMap<String, List<BackendConfig>> pools = new LinkedHashMap<>();
    private final List<RouteConfig> routes = new ArrayList<>();
    private final SequencedMap<String, String> requestSet = new LinkedHashMap<>();
    private final SequencedMap<String, String> requestAdd = new LinkedHashMap<>();
    private final List<String> requestRemove = new ArrayList<>();
    private final SequencedMap<String, String> responseSet = new LinkedHashMap<>();
    private final SequencedMap<String, String> responseAdd = new LinkedHashMap<>();
    private final List<String> responseRemove = new ArrayList<>();
    private final List<Cidr> trusted = new ArrayList<>();
    private @Nullable Path accessLog;
    private int loops = 2;
    private boolean exposeErrors;
    private boolean forwarded;

    private int maxHeadSize = 32 * 1024;
    private int maxFields = 128;
    private int maxTarget = 16 * 1024;
    private long maxBody = Long.MAX_VALUE;
    private int maxConnectionsPerClient;
    private int maxTcpConnections;
    private int maxRequestsInFlight;
    private boolean proxyProtocol;
    private Duration drainDelay = Duration.ZERO;
    private Duration drainTimeout = Duration.ofSeconds(1);
    private Duration dnsRefresh = Duration.ofSeconds(5);
    private int maxIdleUpstream = 64;

    private Duration requestHead = Duration.ofSeconds(30);
    private int requestBodyRate;
    private Duration clientIdle = Duration.ofSeconds(30);
    private Duration clientKeepAlive = Duration.ofSeconds(30);
    private Duration connect = Duration.ofSeconds(5);
    private Duration response = Duration.ofSeconds(30);
    private Duration upstreamIdle = Duration.ofSeconds(30);
    private Duration tunnel = Duration.ofSeconds(30);
    private Duration upstreamKeepAlive = Duration.ofSeconds(30);
    private Duration maxAge = Duration.ofMinutes(10);

    private UnaryOperator<PoolConfig> policies = pool -> pool;

    private Configurations(EngineKind engine) {
        this.engine = engine;
    }

    /** A configuration without a backend yet. */
    public static Configurations on(EngineKind engine) {
        return new Configurations(engine);
    }

    /** Adds backends to the pool {@code default}. */
    public Configurations backends(int... ports) {
        for (int port : ports) backend("default", port, 1);
        return this;
    }

    /** Adds a backend to {@code pool}. */
    public Configurations backend(String pool, int port, int weight) {
        pools.computeIfAbsent(pool, name -> new ArrayList<>())
                .add(new BackendConfig("b" + port, URI.create("http://" + LOOPBACK + ":" + port), weight));
        return this;
    }

    /** Adds a route; where a test adds none, everything goes to the first pool. */
    public Configurations route(@Nullable String host, String pathPrefix, String pool) {
        routes.add(new RouteConfig(host, pathPrefix, pool));
        return this;
    }

    /** Sets, adds and removes fields on the way to the backend. */
    public Configurations requestRules(
            String setName, String setValue, String addName, String addValue, String remove) {
        requestSet.put(setName, setValue);
        requestAdd.put(addName, addValue);
        requestRemove.add(remove);
        return this;
    }

    /** Sets a field on the way to the backend. */
    public Configurations setRequestField(String name, String value) {
        requestSet.put(name, value);
        return this;
    }

    /** Sets, adds and removes fields on the way to the client. */
    public Configurations responseRules(
            String setName, String setValue, String addName, String addValue, String remove) {
        responseSet.put(setName, setValue);
        responseAdd.put(addName, addValue);
        responseRemove.add(remove);
        return this;
    }

    /** Trusts every client of this machine to say for whom it forwards. */
    public Configurations trustLoopback() {
        trusted.add(new Cidr(InetAddress.getLoopbackAddress(), 8));
        return this;
    }

    /** Writes the access log to {@code path}, as JSON. */
    public Configurations accessLog(Path path) {
        accessLog = path;
        return this;
    }

    /** Number of event loops; 2 unless told. */
    public Configurations loops(int count) {
        loops = count;
        return this;
    }

    /** Adds {@code Proxy-Status} to errors. */
    public Configurations exposeErrors() {
        exposeErrors = true;
        return this;
    }

    /** Adds {@code Forwarded}. */
    public Configurations forwarded() {
        forwarded = true;
        return this;
    }

    /** Time that requests have once the balancer ends. */
    public Configurations drain(Duration timeout) {
        drainTimeout = timeout;
        return this;
    }

    /** Limits of a request's head. */
    public Configurations headLimits(int headSize, int fields, int target) {
        maxHeadSize = headSize;
        maxFields = fields;
        maxTarget = target;
        return this;
    }

    /** Limit of a request's body. */
    public Configurations maxBody(long bytes) {
        maxBody = bytes;
        return this;
    }

    /** Limit of connections from one client address. */
    public Configurations maxConnectionsPerClient(int count) {
        maxConnectionsPerClient = count;
        return this;
    }

    /** Requests in work in all. */
    public Configurations maxRequestsInFlight(int count) {
        maxRequestsInFlight = count;
        return this;
    }

    /** Client connections in all. */
    public Configurations maxTcpConnections(int count) {
        maxTcpConnections = count;
        return this;
    }

    /** Expects a PROXY header on each connection. */
    public Configurations proxyProtocol() {
        proxyProtocol = true;
        return this;
    }

    /** Time in which a draining balancer takes new connections, and time for what is left after that. */
    public Configurations drain(Duration delay, Duration timeout) {
        drainDelay = delay;
        drainTimeout = timeout;
        return this;
    }

    /** Bytes a second that a slow body must have. */
    public Configurations requestBodyRate(int rate) {
        requestBodyRate = rate;
        return this;
    }

    /** Adds a backend with a name to the pool {@code default}. */
    public Configurations backend(String host, int port) {
        pools.computeIfAbsent("default", name -> new ArrayList<>())
                .add(new BackendConfig("b" + port, URI.create("http://" + host + ":" + port), 1));
        return this;
    }

    /** Time between two looks at the names of backends. */
    public Configurations dnsRefresh(Duration period) {
        dnsRefresh = period;
        return this;
    }

    /** Idle connections that each loop keeps to one backend. */
    public Configurations maxIdleUpstream(int count) {
        maxIdleUpstream = count;
        return this;
    }

    /** Time for a request's head. */
    public Configurations requestHead(Duration duration) {
        requestHead = duration;
        return this;
    }

    /** Time between bytes from and to the client. */
    public Configurations clientIdle(Duration duration) {
        clientIdle = duration;
        return this;
    }

    /** Time from an answer to the next request. */
    public Configurations clientKeepAlive(Duration duration) {
        clientKeepAlive = duration;
        return this;
    }

    /** Time to connect to a backend. */
    public Configurations connect(Duration duration) {
        connect = duration;
        return this;
    }

    /** Time to the head of the backend's answer. */
    public Configurations response(Duration duration) {
        response = duration;
        return this;
    }

    /** Time between bytes from and to the backend. */
    public Configurations upstreamIdle(Duration duration) {
        upstreamIdle = duration;
        return this;
    }

    /** Time between bytes of a tunnel. */
    public Configurations tunnel(Duration duration) {
        tunnel = duration;
        return this;
    }

    /** Time that an unused upstream connection is kept. */
    public Configurations upstreamKeepAlive(Duration duration) {
        upstreamKeepAlive = duration;
        return this;
    }

    /** Age at which an upstream connection is retired. */
    public Configurations maxAge(Duration duration) {
        maxAge = duration;
        return this;
    }

    /** Changes every pool as it would be otherwise. */
    public Configurations policies(UnaryOperator<PoolConfig> change) {
        policies = change;
        return this;
    }

    /** Adds a backend to the pool {@code default} that takes so many requests at a time. */
    public Configurations backend(int port, int maxRequests) {
        pools.computeIfAbsent("default", name -> new ArrayList<>())
                .add(new BackendConfig(
                        "b" + port, URI.create("http://" + LOOPBACK + ":" + port), 1, false, maxRequests));
        return this;
    }

    /** Starts a balancer with this. */
    public Balancer start() {
        return Balancer.start(build());
    }

    /** The configuration. */
    public Configuration build() {
        HeadersConfig headers = new HeadersConfig(
                new HeadersConfig.Rules(requestSet, requestAdd, requestRemove),
                new HeadersConfig.Rules(responseSet, responseAdd, responseRemove));
        // A configuration whose timeout is longer than the one that contains it is refused: the shorter one is what is
        // meant.
        PoolTimeouts timeouts = new PoolTimeouts(
                shorter(connect, response),
                response,
                shorter(upstreamIdle, tunnel),
                tunnel,
                shorter(upstreamKeepAlive, maxAge),
                maxAge);
        SequencedMap<String, PoolConfig> built = new LinkedHashMap<>();
        pools.forEach((name, backends) -> built.put(
                name,
                policies.apply(new PoolConfig(name, Strategy.ROUND_ROBIN, List.copyOf(backends), timeouts, headers))));
        List<RouteConfig> table = routes.isEmpty()
                ? List.of(new RouteConfig(null, "/", built.firstEntry().getKey()))
                : List.copyOf(routes);
        AccessLogConfig log = accessLog == null
                ? new AccessLogConfig(AccessLogConfig.Format.OFF, "-")
                : new AccessLogConfig(AccessLogConfig.Format.JSON, accessLog.toString());
        return new Configuration(
                new ServerConfig(LOOPBACK, 0, 1024, maxTcpConnections, proxyProtocol),
                new AdminConfig(LOOPBACK, 0),
                engine,
                loops,
                new LimitsConfig(
                        maxHeadSize,
                        maxFields,
                        maxTarget,
                        maxBody,
                        maxConnectionsPerClient,
                        maxIdleUpstream,
                        maxRequestsInFlight),
                new ClientTimeouts(requestHead, requestBodyRate, clientIdle, clientKeepAlive),
                List.copyOf(trusted),
                forwarded,
                "rondo",
                exposeErrors,
                dnsRefresh,
                new DrainConfig(drainDelay, drainTimeout),
                ReloadConfig.DEFAULT,
                log,
                new LogConfig(LogConfig.Format.TEXT, new LinkedHashMap<>()),
                built,
                table);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
