package dev.rondo.balancer.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.ConfigurationLoader;
import dev.rondo.balancer.config.Loaded;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights over the API, of a process. */
class WeightTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    private Rondo start(String strategy) throws IOException {
        Path file = Files.writeString(
                directory.resolve("rondo.yaml"), """
                server: {host: 127.0.0.1, port: %d}
                admin: {host: 127.0.0.1, port: %d, writable: true}
                access-log: off
                strategy: %s
                backends:
                  - {id: a, url: "http://127.0.0.1:1", weight: 2}
                  - {id: b, url: "http://127.0.0.1:2"}
                """.formatted(Program.freePort(), Program.freePort(), strategy));
        Loaded loaded = ConfigurationLoader.load(file, Map.of(), Map.of());
        assertThat(loaded).isInstanceOf(Loaded.Valid.class);
        return Rondo.start(((Loaded.Valid) loaded).configuration());
    }

    @ParameterizedTest
    @CsvSource({"round-robin, 1, 1", "weighted-round-robin, 5, 2", "rendezvous, 5, 2"})
    void whatIsSetIsTakenBackAndWhatItCountsAsIsTold(String strategy, double set, double configured) throws Exception {
        try (Rondo rondo = start(strategy);
                HttpClient client = HttpClient.newHttpClient()) {
            URI weight =
                    URI.create("http://127.0.0.1:" + rondo.adminPort() + "/api/v1/pools/default/backends/a/weight");
            HttpRequest.Builder request = HttpRequest.newBuilder(weight);
            JsonObject after = ask(
                    client,
                    request.PUT(BodyPublishers.ofString("{\"weight\": 5}")).build());
            assertThat(after.intValue("weight", -1)).isEqualTo(5);
            assertThat(after.doubleValue("effectiveWeight", -1)).isEqualTo(set);
            for (int i = 0; i < 2; i++) {
                after = ask(client, request.DELETE().build());
                assertThat(after.intValue("weight", -1)).isEqualTo(2);
                assertThat(after.doubleValue("effectiveWeight", -1)).isEqualTo(configured);
            }
        }
    }

    private static JsonObject ask(HttpClient client, HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JsonParser.create(response.body()).readJsonObject();
    }
}
