package dev.rondo.backend;

import io.helidon.common.features.HelidonFeatures;
import io.helidon.common.features.api.HelidonFlavor;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.service.registry.GlobalServiceRegistry;
import io.helidon.service.registry.ServiceRegistryConfig;
import io.helidon.service.registry.ServiceRegistryManager;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http1.Http1ConnectionSelectorConfig;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** A running backend. {@link #stop} ends it; it cannot be started again. */
final class Backend {
    private static final int LARGEST_HEAD = 256 * 1024;

    private final Settings settings;
    private final Surroundings surroundings;
    private final Lifecycle lifecycle = new Lifecycle();
    private final FaultSwitch faults;
    private final Sockets sockets = new Sockets();
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final WebServer server;

    private Backend(Settings settings, Surroundings surroundings) {
        this.settings = settings;
        this.surroundings = surroundings;
        this.faults = new FaultSwitch(surroundings.random());
        endpoints.addAll(new PlainEndpoints(settings.name(), surroundings.pauses()).endpoints());
        endpoints.addAll(new StreamEndpoints(settings.name(), surroundings.pauses(), lifecycle).endpoints());
        endpoints.addAll(UpgradeEndpoint.endpoints());
        endpoints.addAll(new ControlEndpoints(settings.name(), lifecycle, faults).endpoints());
        endpoints.add(new Endpoint(List.of("GET", "HEAD"), "/help", "", "This page.", "curl URL/help", this::help));
        this.server = server();
    }

    /**
     * Starts a backend.
     *
     * @throws ListenException when it cannot listen on the address, with a sentence that says why
     */
    static Backend start(Settings settings, Surroundings surroundings) throws ListenException {
        leaveOutServices();
        tryAddress(settings.host(), settings.port());
        Backend backend = new Backend(settings, surroundings);
        backend.server.start();
        if (!backend.server.isRunning()) { // Helidon logs why and tells nobody
            throw new ListenException("cannot listen on " + settings.host() + ":" + settings.port(), null);
        }
        return backend;
    }

    int port() {
        return server.port();
    }

    /**
     * Stops: readiness fails and responses end their connections; after {@code drainDelay} no connection is accepted; requests
     * in flight have {@link Settings#drainTimeout} to end. Returns when all is over.
     */
    void stop(Duration drainDelay) throws InterruptedException {
        lifecycle.drain();
        if (!drainDelay.isZero()) {
            surroundings.pauses().pause(drainDelay);
        }
        server.stop();
    }

    /**
     * Starts Helidon without looking for services on the class path, none of which is used here, and without listing its
     * features: a quarter of the time to start. The flavor is what the list is printed for, and the first one set stays.
     */
    private static void leaveOutServices() {
        GlobalServiceRegistry.registry(() -> ServiceRegistryManager.create(ServiceRegistryConfig.builder()
                        .discoverServices(false)
                        .discoverServicesFromServiceLoader(false)
                        .build())
                .registry());
        HelidonFeatures.flavor(HelidonFlavor.MP);
    }

    private WebServer server() {
        Http1ConnectionSelectorConfig.Builder http1 = Http1ConnectionSelector.builder()
                .config(Http1Config.builder()
                        .maxPrologueLength(LARGEST_HEAD)
                        .maxHeadersSize(LARGEST_HEAD)
                        .sendKeepAliveHeader(false) // HTTP/1.1 connections persist unless told otherwise
                        .buildPrototype());
        for (String protocol : List.of("websocket", "WebSocket", "echo")) {
            http1.addUpgrader(new Upgrades(protocol, settings.name(), surroundings, faults, sockets));
        }
        return WebServer.builder()
                .host(settings.host())
                .port(settings.port())
                .shutdownHook(false)
                .shutdownGracePeriod(settings.drainTimeout())
                .featuresDiscoverServices(false)
                .protocolsDiscoverServices(false)
                .connectionOptions(sockets.options())
                .addConnectionSelector(sockets.watching(http1.build()))
                .contentEncoding(new UntouchedContent())
                .directHandlers(new Rejections(settings.name(), surroundings).handlers())
                .routing(this::routes)
                .build();
    }

    private void routes(HttpRouting.Builder routing) {
        routing.addFilter(new RequestFilter(settings.name(), surroundings, lifecycle, faults, sockets));
        routing.error(Refusal.class, (request, response, refusal) -> {
            if (!request.content().consumed() && request.content().hasEntity()) {
                response.header(HeaderValues.CONNECTION_CLOSE); // what is left of the body may be malformed
            }
            Answers.text(request, response, refusal.status(), refusal.sentence() + "\n");
        });
        Map<String, List<Endpoint>> byPath = new LinkedHashMap<>();
        for (Endpoint endpoint : endpoints) {
            byPath.computeIfAbsent(endpoint.path(), path -> new ArrayList<>()).add(endpoint);
        }
        byPath.forEach((path, choices) -> routing.any(path, (request, response) -> choose(choices, request, response)));
        routing.any((request, response) -> {
            throw new Refusal(Status.NOT_FOUND_404, "nothing is here: /help lists what this server answers");
        });
    }

    private static void choose(List<Endpoint> choices, ServerRequest request, ServerResponse response)
            throws Exception {
        String method = request.prologue().method().text();
        for (Endpoint endpoint : choices) {
            if (endpoint.answers(method)) {
                try {
                    endpoint.handler().handle(request, response);
                } catch (InterruptedException e) { // the drain timeout is over; a 500 would claim an answer
                    throw new CloseConnectionException("stopped while the request was in flight", e);
                }
                return;
            }
        }
        TreeSet<String> allowed = new TreeSet<>(List.of("OPTIONS"));
        choices.forEach(endpoint -> allowed.addAll(endpoint.methods()));
        response.header(HeaderNames.ALLOW, String.join(", ", allowed));
        if (method.equals("OPTIONS")) {
            Answers.text(request, response, Status.OK_200, "");
        } else {
            Answers.text(
                    request,
                    response,
                    Status.METHOD_NOT_ALLOWED_405,
                    "this answers " + String.join(", ", allowed) + " only\n");
        }
    }

    private void help(ServerRequest request, ServerResponse response) {
        String host = request.authority();
        String url = "http://" + (host.matches("[A-Za-z0-9.:\\[\\]-]{1,255}") ? host : "localhost:" + port());
        Answers.text(request, response, Status.OK_200, Help.page(settings.name(), url, endpoints));
    }

    /** Finds out in time, and with a reason, what Helidon would only log: that the address cannot be listened on. */
    private static void tryAddress(String host, int port) throws ListenException {
        try (ServerSocketChannel channel = ServerSocketChannel.open()) {
            channel.bind(new InetSocketAddress(host, port));
        } catch (UnresolvedAddressException e) {
            throw new ListenException("the host " + host + " has no address: check --host", e);
        } catch (BindException e) {
            String reason = String.valueOf(e.getMessage());
            throw new ListenException(
                    reason.startsWith("Address already in use")
                            ? "port " + port + " is in use: stop what listens there, or choose another with --port"
                            : "cannot listen on " + host + ":" + port + ": " + reason,
                    e);
        } catch (IOException e) {
            throw new ListenException("cannot listen on " + host + ":" + port + ": " + e.getMessage(), e);
        }
    }
}
