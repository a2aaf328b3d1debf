package dev.rondo.balancer.admin;

import dev.rondo.balancer.config.AdminConfig;
import dev.rondo.balancer.listener.ListeningPort;
import io.helidon.common.socket.SocketOptions;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * The admin listener: health, metrics and API. A server of its own, so that it still answers while the data listener is full,
 * drains or has failed. Nothing that arrives here is ever proxied.
 */
public final class AdminServer {
    private static final System.Logger LOG = System.getLogger(AdminServer.class.getName());

    private static final Duration LOOK_WITHIN = Duration.ofSeconds(1);
    /** Probes, a few scrapers and a few people; a leak of theirs must not take the descriptors that traffic needs. */
    private static final int MAX_CONNECTIONS = 48; // within what the data listener leaves of the file descriptors

    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(75);
    private static final Duration IDLE_CHECKED_EVERY = Duration.ofSeconds(15);
    private static final long MAX_BODY_BYTES = 64 * 1024;

    private static final String INDEX = """
            Rondo, admin
            /health/live       whether the process should go on living
            /health/ready      whether it should get traffic
            /health/started    whether it has started
            /metrics           Prometheus metrics
            /api/v1/pools      pools and backends with their live state
            /api/v1/explain    where a request would go: ?host=&path=&client=
            /api/v1/decisions  the last requests with every attempt
            """;

    private final AdminConfig config;
    private final Function<AdminConfig, WebServer> builder;
    private final int port;
    private WebServer server; // guarded by this
    private boolean stopped; // guarded by this

    private AdminServer(AdminConfig config, Function<AdminConfig, WebServer> builder) throws IOException {
        this.config = config;
        this.builder = builder;
        this.server = open(config, builder);
        this.port = server.port();
    }

    /**
     * Opens the listener of {@code config} and answers from the given sources, each asked at each request.
     *
     * @param access who may use the API; health and metrics are open
     * @throws IOException where the port cannot be had, with the key and the remedy
     */
    public static AdminServer start(
            AdminConfig config, Access access, Probes probes, Sources sources, PrometheusRegistry metrics)
            throws IOException {
        Api api = new Api(access, sources);
        return new AdminServer(config, wanted -> build(wanted, api, probes, metrics));
    }

    private static WebServer open(AdminConfig config, Function<AdminConfig, WebServer> builder) throws IOException {
        return new ListeningPort("admin", config.host(), config.port()).open(() -> builder.apply(config));
    }

    private static WebServer build(AdminConfig config, Api api, Probes probes, PrometheusRegistry metrics) {
        return WebServer.builder()
                .host(config.host())
                .port(config.port())
                .featuresDiscoverServices(false)
                .addFeature(HealthChecks.feature(probes))
                .protocolsDiscoverServices(false)
                .addProtocol(Http1Config.create())
                .maxTcpConnections(MAX_CONNECTIONS)
                .maxPayloadSize(MAX_BODY_BYTES)
                .idleConnectionTimeout(IDLE_TIMEOUT)
                .idleConnectionPeriod(IDLE_CHECKED_EVERY)
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
                .shutdownHook(false) // the order in which things end is the application's
                .routing(routing -> routes(routing, api, metrics))
                .build();
    }

    /** The port that is bound. */
    public int port() {
        return port;
    }

    /** To be called every few seconds: opens the port again where a failed accept, for want of descriptors, has closed it. */
    public void lookAfter() {
        try (Socket socket = new Socket()) {
            InetAddress host = ListeningPort.reachable(config.host());
            socket.connect(new InetSocketAddress(host, port), Math.toIntExact(LOOK_WITHIN.toMillis()));
        } catch (ConnectException e) {
            reopen();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "admin: cannot look after port " + port, e);
        }
    }

    private synchronized void reopen() {
        if (stopped) return;
        try {
            server = open(new AdminConfig(config.host(), port, config.writable(), config.token()), builder);
            LOG.log(
                    System.Logger.Level.WARNING,
                    "admin: port " + port + " was closed by a failed accept, and is open again");
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, String.valueOf(e.getMessage()));
        }
    }

    /** Closes the listener and its connections. */
    public synchronized void stop() {
        stopped = true;
        server.stop();
    }

    private static void routes(HttpRouting.Builder routing, Api api, PrometheusRegistry metrics) {
        readOnly(routing, "/", (request, response) -> text(response, Status.OK_200, INDEX));
        readOnly(routing, "/metrics", new MetricsHandler(metrics));
        for (String path : List.of("/health", "/health/live", "/health/ready", "/health/started")) {
            routing.any(path, AdminServer::methodNotAllowed);
        }
        routing.any(api);
        routing.any(AdminServer::notFound);
    }

    private static void readOnly(HttpRouting.Builder routing, String path, Handler handler) {
        routing.get(path, handler);
        routing.head(path, handler);
        routing.any(path, AdminServer::methodNotAllowed);
    }

    private static void methodNotAllowed(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.ALLOW, Method.GET_NAME + ", " + Method.HEAD_NAME);
        text(response, Status.METHOD_NOT_ALLOWED_405, "this path takes GET and HEAD\n");
    }

    private static void notFound(ServerRequest request, ServerResponse response) {
        text(response, Status.NOT_FOUND_404, "nothing is served at this path; / on this port lists what is\n");
    }

    private static void text(ServerResponse response, Status status, String body) {
        response.status(status);
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        response.header(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff");
        response.send(body);
    }
}
