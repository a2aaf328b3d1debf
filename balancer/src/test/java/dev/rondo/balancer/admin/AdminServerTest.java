package dev.rondo.balancer.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.balancer.config.AdminConfig;
import dev.rondo.balancer.telemetry.Exposition;
import dev.rondo.balancer.telemetry.Telemetry;
import dev.rondo.balancer.testkit.FullPort;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminServerTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicBoolean started = new AtomicBoolean(true);
    private final AtomicReference<Optional<String>> notReady = new AtomicReference<>(Optional.empty());
    private ServerSocket data;
    private AdminServer admin;

    @BeforeEach
    void start() throws IOException {
        data = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Telemetry telemetry = new Telemetry(1, null);
        telemetry.engine("event-loops", 1);
        Probes probes = new Probes(started::get, notReady::get, "0.0.0.0", data::getLocalPort);
        admin = AdminServer.start(
                new AdminConfig("127.0.0.1", 0),
                new Access(false, null),
                probes,
                Samples.sources(telemetry.ledger(), new Samples.Recorded()),
                telemetry.registry());
    }

    @AfterEach
    void stop() throws IOException {
        admin.stop();
        client.close();
        data.close();
    }

    private HttpResponse<byte[]> send(String method, String path, String... headers)
            throws IOException, InterruptedException {
        return send(admin, method, path, headers);
    }

    private HttpResponse<byte[]> send(AdminServer to, String method, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static JsonObject json(HttpResponse<byte[]> response) {
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/json");
        return JsonParser.create(text(response)).readJsonObject();
    }

    private static JsonObject onlyCheck(HttpResponse<byte[]> response) {
        return json(response)
                .arrayValue("checks")
                .orElseThrow()
                .get(0)
                .orElseThrow()
                .asObject();
    }

    @ParameterizedTest
    @CsvSource({"/health/live,data-port", "/health/ready,traffic", "/health/started,start"})
    void healthy(String path, String check) throws Exception {
        HttpResponse<byte[]> response = send("GET", path);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(json(response).stringValue("status")).contains("UP");
        assertThat(onlyCheck(response).stringValue("name")).contains(check);
        HttpResponse<byte[]> head = send("HEAD", path);
        assertThat(head.statusCode()).isBetween(200, 204);
        assertThat(head.body()).isEmpty();
    }

    private void assertDown(String path, String reason) throws Exception {
        HttpResponse<byte[]> response = send("GET", path);
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(onlyCheck(response).stringValue("status")).contains("DOWN");
        assertThat(onlyCheck(response)
                        .objectValue("data")
                        .orElseThrow()
                        .stringValue("reason")
                        .orElseThrow())
                .contains(reason);
        assertThat(send("HEAD", path).statusCode()).isEqualTo(503);
    }

    @Test
    void notReadySaysWhyAndStaysAlive() throws Exception {
        notReady.set(Optional.of("draining: the process was told to \"end\""));
        assertDown("/health/ready", "draining: the process was told to \"end\"");
        assertThat(send("GET", "/health/live").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/health/started").statusCode()).isEqualTo(200);
        notReady.set(Optional.empty());
        assertThat(send("GET", "/health/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void aClosedDataPortIsNotAlive() throws Exception {
        int port = data.getLocalPort();
        data.close();
        assertDown("/health/live", "no connection to 0.0.0.0:" + port + " within 1 s (Connection refused)");
    }

    /** As in the worst overload, in which a restart would end all that is worked on. */
    @Test
    void aFullDataPortIsAliveAndSaysSo() throws Exception {
        try (FullPort full = new FullPort()) {
            Probes probes = new Probes(() -> true, Optional::empty, "127.0.0.1", full::port);
            AdminServer other = start(new AdminConfig("127.0.0.1", 0), probes);
            try {
                HttpResponse<byte[]> response = send(other, "GET", "/health/live");
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(onlyCheck(response)
                                .objectValue("data")
                                .orElseThrow()
                                .stringValue("remarks")
                                .orElseThrow())
                        .isEqualTo("port " + full.port() + " let nobody in for 1 s: its queue of connections is full");
            } finally {
                other.stop();
            }
        }
    }

    @Test
    void beforeTheStartItIsAliveAndNotReady() throws Exception {
        started.set(false);
        data.close();
        assertDown("/health/started", "the data listener is not open yet");
        assertDown("/health/ready", "the data listener is not open yet");
        assertThat(send("GET", "/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsAsText() throws Exception {
        HttpResponse<byte[]> response = send("GET", "/metrics");
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain; version=0.0.4");
        Exposition metrics = Exposition.parse(text(response));
        assertThat(metrics.value("rondo_engine_info{kind=\"event-loops\",loops=\"1\"}"))
                .isEqualTo(1);
        assertThat(send("HEAD", "/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsAsOpenMetricsAndProtobuf() throws Exception {
        HttpResponse<byte[]> open = send("GET", "/metrics", "Accept", "application/openmetrics-text; version=1.0.0");
        assertThat(open.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(text(open)).endsWith("# EOF\n");
        HttpResponse<byte[]> protobuf = send(
                "GET",
                "/metrics",
                "Accept",
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited");
        assertThat(protobuf.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/vnd.google.protobuf");
        assertThat(new String(protobuf.body(), StandardCharsets.ISO_8859_1)).contains("rondo_errors_total");
    }

    @Test
    void metricsInGzip() throws Exception {
        HttpResponse<byte[]> response = send("GET", "/metrics", "Accept-Encoding", "deflate, GZIP;q=0.5");
        assertThat(response.headers().firstValue("Content-Encoding")).contains("gzip");
        byte[] plain = new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes();
        Exposition.parse(new String(plain, StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip|true",
                "br, gzip|true",
                "gzip; q=0.001|true",
                "gzip;q=0|false",
                "gzip;q=0.000|false",
                "gzipped|false",
                "''|false",
            })
    void gzipOnlyWhereItIsAccepted(String acceptEncoding, boolean accepted) {
        assertThat(MetricsHandler.acceptsGzip(acceptEncoding)).isEqualTo(accepted);
    }

    @Test
    void theIndexNamesOnlyWhatIsThere() throws Exception {
        String index = text(send("GET", "/"));
        List<String> paths =
                index.lines().skip(1).map(line -> line.split(" ", 2)[0]).toList();
        assertThat(paths).hasSize(7);
        for (String path : paths) {
            assertThat(send("GET", path).statusCode()).as(path).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/x", "/health/x", "/apiary", "/%61pi/v1/pools", "/observe/health", "/metrics/x"})
    void nothingElse(String path) throws Exception {
        HttpResponse<byte[]> response = send("GET", path);
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(text(response)).isEqualTo("nothing is served at this path; / on this port lists what is\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/metrics",
                "/api/v1/pools",
                "/api/v1/explain",
                "/health",
                "/health/live",
                "/health/ready",
                "/health/started"
            })
    void nothingIsChangedHere(String path) throws Exception {
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "BREW")) {
            HttpResponse<byte[]> response = send(method, path);
            assertThat(response.statusCode()).as(method).isEqualTo(405);
            assertThat(response.headers().firstValue("Allow")).contains("GET, HEAD");
        }
    }

    private static AdminServer start(AdminConfig config, Probes probes) throws IOException {
        Telemetry telemetry = new Telemetry(1, null);
        Sources sources = Samples.sources(telemetry.ledger(), new Samples.Recorded());
        return AdminServer.start(config, new Access(false, null), probes, sources, telemetry.registry());
    }

    @Test
    void aPortInUseIsAnErrorWithItsRemedy() {
        AdminConfig taken = new AdminConfig("127.0.0.1", data.getLocalPort());
        Probes probes = new Probes(() -> true, Optional::empty, "127.0.0.1", data::getLocalPort);
        assertThatThrownBy(() -> start(taken, probes))
                .isInstanceOf(IOException.class)
                .hasMessage("admin: cannot listen on 127.0.0.1:" + data.getLocalPort()
                        + " (Address already in use); set admin.port or admin.host to one that is free");
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "[::zz]"})
    void aHostThatIsNotHereIsAnErrorWithItsRemedy(String host) {
        AdminConfig nowhere = new AdminConfig(host, 0);
        Probes probes = new Probes(() -> true, Optional::empty, "127.0.0.1", data::getLocalPort);
        assertThatThrownBy(() -> start(nowhere, probes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("set admin.port or admin.host");
    }
}
