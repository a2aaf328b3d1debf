package dev.rondo.balancer.admin;

import dev.rondo.balancer.config.AdminConfig;
import dev.rondo.balancer.telemetry.Telemetry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An admin listener over {@link Samples}, and a client of it. */
final class ApiServer implements AutoCloseable {
    final Samples.Recorded operations = new Samples.Recorded();
    private final HttpClient client = HttpClient.newHttpClient();
    private final AdminServer server;

    ApiServer(Access access) throws IOException {
        Telemetry telemetry = Samples.telemetry();
        server = AdminServer.start(
                new AdminConfig("127.0.0.1", 0),
                access,
                new Probes(() -> true, Optional::empty, "127.0.0.1", () -> 1),
                Samples.sources(telemetry.ledger(), operations),
                telemetry.registry());
    }

    int port() {
        return server.port();
    }

    /** @param target after {@code /api/v1} */
    HttpResponse<String> send(String method, String target, @Nullable String body, String... headers)
            throws IOException, InterruptedException {
        return ask(method, Api.ROOT + target, body, headers);
    }

    /** @param target from the root */
    HttpResponse<String> ask(String method, String target, @Nullable String body, String... headers)
            throws IOException, InterruptedException {
        BodyPublisher publisher = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + target))
                .method(method, publisher);
        if (headers.length > 0) request.headers(headers);
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
        server.stop();
        client.close();
    }
}
