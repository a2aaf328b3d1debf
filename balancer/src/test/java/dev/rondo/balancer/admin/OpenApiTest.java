package dev.rondo.balancer.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rondo.balancer.admin.OpenApi.Operation;
import dev.rondo.balancer.config.Strategy;
import dev.rondo.balancer.telemetry.Telemetry;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The server does what {@code docs/openapi.yaml} says, all of it and nothing else. */
class OpenApiTest {
    private static final OpenApi DOCUMENT = OpenApi.read();
    private static final Set<Integer> STATUSES = Set.of(200, 400, 401, 403, 404, 409, 415, 422);

    private static ApiServer writable;
    private static ApiServer readOnly;
    private static ApiServer guarded;
    private static ApiServer refusing;

    @BeforeAll
    static void start() throws IOException {
        writable = new ApiServer(new Access(true, null));
        readOnly = new ApiServer(new Access(false, null));
        guarded = new ApiServer(new Access(true, "secret"));
        refusing = new ApiServer(new Access(true, null));
        refusing.operations.whyNot = "the backend was removed by a reload";
        refusing.operations.result = new ReloadResult.Refused(List.of("rondo.yaml:9:5 unknown key \"stratgy\""));
    }

    @AfterAll
    static void stop() {
        for (ApiServer server : List.of(writable, readOnly, guarded, refusing)) server.close();
    }

    private static @Nullable String body(Operation operation) {
        JsonNode example = operation.node().at("/requestBody/content/application~1json/example");
        return example.isMissingNode() ? null : example.toString();
    }

    /** Asks {@code operation} so that {@code status} should come, whether it is documented or not. */
    private static HttpResponse<String> provoke(Operation operation, int status)
            throws IOException, InterruptedException {
        String method = operation.method();
        String target = operation.target("", "");
        String body = body(operation);
        return switch (status) {
            case 200 -> writable.send(method, target, body);
            case 400 -> writable.send(method, target + "?nonsense=1", body);
            case 401 -> guarded.send(method, target, body);
            case 403 -> readOnly.send(method, target, body);
            case 404 ->
                operation.has("pool")
                        ? writable.send(method, operation.target("pool", "nonsense"), body)
                        : writable.send(method, target + "?pool=nonsense", body);
            case 415 -> writable.send(method, target, body == null ? "x" : body, "Content-Type", "text/plain");
            case 409, 422 -> refusing.send(method, target, body);
            default -> throw new AssertionError("nobody knows how to get a " + status + " of " + operation);
        };
    }

    /** Each documented answer comes, each that comes is documented, and is as documented. */
    @TestFactory
    Stream<DynamicTest> everyAnswer() {
        return DOCUMENT.operations().stream()
                .map(operation -> DynamicTest.dynamicTest(operation.toString(), () -> {
                    Set<Integer> documented = new TreeSet<>();
                    operation
                            .node()
                            .get("responses")
                            .fieldNames()
                            .forEachRemaining(s -> documented.add(Integer.parseInt(s)));
                    Set<Integer> came = new TreeSet<>();
                    for (int status : STATUSES) {
                        HttpResponse<String> response = provoke(operation, status);
                        if (documented.contains(status))
                            assertThat(response.statusCode()).isEqualTo(status);
                        came.add(response.statusCode());
                        assertAsDocumented(operation, response);
                    }
                    assertThat(came).isEqualTo(documented);
                }));
    }

    private static void assertAsDocumented(Operation operation, HttpResponse<String> response) throws IOException {
        String status = Integer.toString(response.statusCode());
        JsonNode documented = operation.node().get("responses").get(status);
        assertThat(documented)
                .as(operation + " " + status + " " + response.body())
                .isNotNull();
        JsonNode answer = DOCUMENT.resolved(documented);
        String type = response.headers().firstValue("Content-Type").orElseThrow();
        JsonNode content = answer.get("content").get(type);
        assertThat(content).as(operation + " " + status + " " + type).isNotNull();
        JsonNode json = OpenApi.JSON.readTree(response.body());
        assertThat(DOCUMENT.problems(content.get("schema"), json))
                .as(response.body())
                .isEmpty();
        if (response.statusCode() >= 400) assertThat(json.get("status").asInt()).isEqualTo(response.statusCode());
        answer.path("headers")
                .fieldNames()
                .forEachRemaining(name ->
                        assertThat(response.headers().firstValue(name)).as(name).isPresent());
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-cache");
    }

    @TestFactory
    Stream<DynamicTest> headIsGetWithoutTheBody() {
        return DOCUMENT.operations().stream()
                .filter(operation -> operation.method().equals("GET"))
                .map(operation -> DynamicTest.dynamicTest(operation.toString(), () -> {
                    HttpResponse<String> head = writable.send("HEAD", operation.target("", ""), null);
                    assertThat(head.statusCode()).isEqualTo(200);
                    assertThat(head.body()).isEmpty();
                    assertThat(head.headers().firstValue("Content-Type")).contains("application/json");
                }));
    }

    @Test
    void everyOtherMethodIsRefusedWithThoseThereAre() throws Exception {
        Map<String, Set<String>> methods = new HashMap<>();
        for (Operation operation : DOCUMENT.operations()) {
            Set<String> allowed = methods.computeIfAbsent(operation.target("", ""), path -> new TreeSet<>());
            allowed.add(operation.method());
            if (operation.method().equals("GET")) allowed.add("HEAD");
        }
        for (var path : methods.entrySet()) {
            for (String method : List.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW")) {
                if (path.getValue().contains(method)) continue;
                HttpResponse<String> response = writable.send(method, path.getKey(), null);
                assertThat(response.statusCode())
                        .as(method + " " + path.getKey())
                        .isEqualTo(405);
                assertThat(response.headers().firstValue("Allow")).contains(String.join(", ", path.getValue()));
                if (method.equals("HEAD")) continue;
                JsonNode problem = DOCUMENT.root.at("/components/schemas/Problem");
                assertThat(DOCUMENT.problems(problem, OpenApi.JSON.readTree(response.body())))
                        .isEmpty();
            }
        }
    }

    @Test
    void documentedIsWhatIsThere() {
        Api api = new Api(
                new Access(true, null), Samples.sources(new Telemetry(1, null).ledger(), new Samples.Recorded()));
        assertThat(DOCUMENT.operations().stream().map(o -> o.method() + " " + Api.ROOT + o.path()))
                .containsExactlyInAnyOrderElementsOf(api.operations());
        assertThat(DOCUMENT.operations().stream().map(Operation::id)).doesNotHaveDuplicates();
    }

    /** A parameter that is documented is taken with its example, one that is not is an error: see {@link #everyAnswer}. */
    @Test
    void everyParameterIsTaken() throws Exception {
        for (Operation operation : DOCUMENT.operations()) {
            for (JsonNode parameter : operation.parameters()) {
                if (!parameter.get("in").asText().equals("query")) continue;
                JsonNode example = parameter.path("example");
                String value = example.isMissingNode()
                        ? "default"
                        : example.isArray() ? example.get(0).asText() : example.asText();
                String query = "?" + parameter.get("name").asText() + "="
                        + java.net.URLEncoder.encode(value, java.nio.charset.StandardCharsets.UTF_8);
                HttpResponse<String> response = writable.send(operation.method(), operation.path() + query, null);
                assertThat(response.statusCode()).as(operation + query).isEqualTo(200);
            }
        }
    }

    @Test
    void everyExampleIsOfItsSchema() {
        List<JsonNode> contents = new ArrayList<>();
        for (Operation operation : DOCUMENT.operations()) {
            operation.node().path("requestBody").path("content").forEach(contents::add);
            operation.node().get("responses").forEach(r -> DOCUMENT.resolved(r)
                    .get("content")
                    .forEach(contents::add));
        }
        assertThat(contents).hasSizeGreaterThan(20);
        for (JsonNode content : contents) {
            JsonNode example = content.get("example");
            assertThat(example).as(content.toString()).isNotNull();
            assertThat(DOCUMENT.problems(content.get("schema"), example))
                    .as(example.toString())
                    .isEmpty();
        }
    }

    /** So that a field which the server adds, or leaves out, fails {@link #everyAnswer}. */
    @Test
    void everySchemaIsClosedAndEveryFieldIsDescribed() {
        DOCUMENT.root.at("/components/schemas").properties().forEach(schema -> {
            JsonNode node = schema.getValue();
            if (!node.get("type").asText().equals("object")) return;
            assertThat(node.get("additionalProperties"))
                    .as(schema.getKey())
                    .isEqualTo(JsonNodeFactory.instance.booleanNode(false));
            Set<String> fields = new TreeSet<>();
            node.get("properties").properties().forEach(field -> {
                fields.add(field.getKey());
                assertThat(field.getValue().has("description")
                                || field.getValue().has("$ref"))
                        .as(schema.getKey() + "." + field.getKey())
                        .isTrue();
            });
            Set<String> required = new TreeSet<>();
            node.get("required").forEach(name -> required.add(name.asText()));
            assertThat(required).as(schema.getKey()).isEqualTo(fields);
        });
    }

    @Test
    void aSchemaRefusesWhatItDoesNotKnow() throws Exception {
        JsonNode pool = DOCUMENT.root.at("/components/schemas/Route");
        assertThat(DOCUMENT.problems(pool, OpenApi.JSON.readTree("{\"host\":null,\"pathPrefix\":\"/\"}")))
                .isEmpty();
        assertThat(DOCUMENT.problems(pool, OpenApi.JSON.readTree("{\"host\":null,\"pathPrefix\":\"/\",\"x\":1}")))
                .isNotEmpty();
        JsonNode check = DOCUMENT.root.at("/components/schemas/Check");
        assertThat(DOCUMENT.problems(
                        check,
                        OpenApi.JSON.readTree("{\"at\":\"yesterday\",\"passed\":true,\"why\":\"\",\"durationMs\":1}")))
                .isNotEmpty();
    }

    @Test
    void wordsAreThoseOfTheProgram() {
        assertThat(words("State"))
                .isEqualTo(Arrays.stream(PoolView.State.values())
                        .map(PoolView.State::word)
                        .toList());
        assertThat(words("Pool/properties/tier"))
                .isEqualTo(Arrays.stream(PoolView.Tier.values())
                        .map(PoolView.Tier::word)
                        .toList());
        assertThat(words("Pool/properties/strategy"))
                .containsAll(Arrays.stream(Strategy.values())
                        .map(strategy ->
                                strategy.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .toList());
    }

    private static List<String> words(String schema) {
        List<String> words = new ArrayList<>();
        DOCUMENT.root.at("/components/schemas/" + schema + "/enum").forEach(word -> words.add(word.asText()));
        return words;
    }
}
