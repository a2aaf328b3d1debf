package dev.rondo.balancer.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a schema cannot say of the API. */
class ApiTest {
    private static final String ONE = "/pools/default/backends/server-1";

    private ApiServer api;

    @BeforeEach
    void start() throws IOException {
        api = new ApiServer(new Access(true, null));
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return OpenApi.JSON.readTree(response.body());
    }

    private JsonNode get(String target) throws Exception {
        HttpResponse<String> response = api.send("GET", target, null);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response);
    }

    private JsonNode refused(int status, String method, String target, String body) throws Exception {
        HttpResponse<String> response = api.send(method, target, body.isEmpty() ? null : body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(api.operations.asked).isEmpty();
        return json(response);
    }

    @Test
    void aBackendWithEverything() throws Exception {
        assertThat(get(ONE)).isEqualTo(OpenApi.JSON.readTree("""
                        {"id": "server-1", "url": "http://localhost:5000", "addresses": ["127.0.0.1", "0:0:0:0:0:0:0:1"],
                         "state": "up", "since": "2026-11-23T03:10:12.007Z", "reason": "2 checks in a row \\"passed\\"",
                         "backup": false, "weight": 4, "effectiveWeight": 1.5, "maxRequests": 100,
                         "inFlight": 2, "requests": 3, "failures": 4, "picks": 5,
                         "activeConnections": 6, "idleConnections": 7,
                         "lastCheck": {"at": "2026-11-23T03:10:12.007Z", "passed": true, "why": "200 OK", "durationMs": 1.204},
                         "ejection": {"number": 2, "until": "2026-11-23T03:10:12.007Z"},
                         "transitions": [{"at": "2026-11-23T03:10:12.007Z", "from": "probation", "to": "up",
                                          "reason": "2 checks in a row passed"}]}
                        """));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1:80%2F%C3%A9", "10.0.0.1%3a80%2f%c3%a9"})
    void anIdIsPercentEncoded(String id) throws Exception {
        assertThat(get("/pools/default/backends/" + id).get("id").asText()).isEqualTo("10.0.0.1:80/é");
    }

    @Test
    void poolsInTheirOrder() throws Exception {
        JsonNode pools = get("/pools").get("pools");
        assertThat(pools.findValuesAsText("name")).containsExactly("default", "empty", "listed");
        assertThat(pools.get(0)).isEqualTo(get("/pools/default"));
        assertThat(pools.get(1).get("tier").asText()).isEqualTo("none");
    }

    @Test
    void changesAreMadeWhereTheyShould() throws Exception {
        String two = "/pools/default/backends/10.0.0.1:80%2F%C3%A9";
        for (HttpResponse<String> response : List.of(
                api.send("POST", ONE + "/drain", null),
                api.send("POST", two + "/undrain", null),
                api.send("PUT", ONE + "/weight", " {\"weight\": 0}\n"),
                api.send("PUT", ONE + "/weight", "{\"weight\":1e3}", "Content-Type", "Application/JSON; charset=utf-8"),
                api.send("DELETE", ONE + "/weight", null),
                api.send("POST", "/reload", null))) {
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        }
        assertThat(api.operations.asked)
                .containsExactly(
                        "drain default server-1",
                        "undrain default 10.0.0.1:80/é",
                        "weight default server-1 0",
                        "weight default server-1 1000",
                        "unweigh default server-1",
                        "reload");
    }

    @Test
    void whatIsNotThereIsNamedWithWhatIs() throws Exception {
        assertThat(refused(404, "GET", "/pools/x", "").get("known").toString())
                .isEqualTo("[\"default\",\"empty\",\"listed\"]");
        JsonNode backend = refused(404, "POST", "/pools/default/backends/x/drain", "");
        assertThat(backend.get("known").toString()).isEqualTo("[\"server-1\",\"10.0.0.1:80/é\"]");
        assertThat(backend.get("detail").asText()).isEqualTo("there is no backend \"x\" in the pool \"default\"");
        assertThat(refused(404, "GET", "/explain?pool=x", "")
                        .get("known")
                        .get(0)
                        .asText())
                .isEqualTo("default");
        assertThat(refused(404, "GET", "/pool", "").get("known").get(0).asText())
                .isEqualTo("GET /api/v1/pools");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/pools", "/api/v1/pools/", "/api/v1//pools"})
    void noOtherPath(String path) throws Exception {
        HttpResponse<String> response = api.ask("GET", path, null);
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(json(response).get("known")).hasSize(10);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}",
                "[]",
                "3",
                "null",
                "{\"weight\": \"3\"}",
                "{\"weight\": null}",
                "{\"weight\": true}",
                "{\"weight\": 1.5}",
                "{\"weight\": -1}",
                "{\"weight\": 1001}",
                "{\"weight\": 1e999999999}",
                "{\"weight\": 1e-999999999}",
                "{\"weight\": 3, \"wait\": 4}",
                "{\"weight\": 3}}",
                "{\"weight\": 3",
                "{\"weight\": 3} x",
                "weight=3",
            })
    void aWeightIsAWholeNumberInAnObject(String body) throws Exception {
        assertThat(refused(400, "PUT", ONE + "/weight", body).get("remedy").asText())
                .contains("0 to 1000");
    }

    @Test
    void aWeightNeedsABody() throws Exception {
        refused(400, "PUT", ONE + "/weight", "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/decisions?limit=0|use a whole number from 1 to 1000",
                "/decisions?limit=1001|use a whole number from 1 to 1000",
                "/decisions?limit=ten|use a whole number from 1 to 1000",
                "/decisions?limit|use a whole number from 1 to 1000",
                "/decisions?limit=1&limit=2|give it once",
                "/decisions?limt=1|use backend, limit, pool, request-id",
                "/pools?|-",
                "/pools?&|leave the query out",
                "/explain?client=localhost|use one such as 192.0.2.7",
                "/explain?client=1|use one such as 192.0.2.7",
                "/explain?path=x|use /x",
                "/explain?method=G+T|use one such as GET",
                "/explain?method=|use one such as GET",
                "/explain?header=Cookie|use NAME:VALUE, and once for each field",
                "/explain?header=:x|use NAME:VALUE, and once for each field",
            })
    void aQueryIsTakenWholeOrNotAtAll(String target, String remedy) throws Exception {
        if (remedy.equals("-")) get(target);
        else assertThat(refused(400, "GET", target, "").get("remedy").asText()).isEqualTo(remedy);
    }

    @Test
    void theQuestionIsWhatTheQuerySays() throws Exception {
        String question =
                get("/explain?host=a.test:80&path=/x%3Fy&client=2001:db8::1&method=PUT&header=Cookie:%20a=b%26c&header=X:")
                        .get("reason")
                        .asText();
        assertThat(question)
                .isEqualTo("Question[pool=null, host=a.test:80, path=/x, client=2001:db8:0:0:0:0:0:1, method=PUT, "
                        + "headers=[Header[name=Cookie, value=a=b&c], Header[name=X, value=]]]");
        assertThat(get("/explain?pool=default").get("reason").asText())
                .isEqualTo("Question[pool=default, host=null, path=/, client=127.0.0.1, method=GET, headers=[]]");
        JsonNode nowhere = get("/explain?host=nowhere");
        assertThat(nowhere.get("route").isNull()).isTrue();
        assertThat(nowhere.get("candidates")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'', c b a",
        "?limit=2, c b",
        "?pool=default, c a",
        "?pool=default&limit=1, c",
        "?pool=nonsense, ''",
        "?backend=server-2, a",
        "?backend=server-1, c a",
        "?request-id=b, b",
        "?request-id=b&pool=default, ''",
    })
    void decisionsNewestFirst(String query, String requestIds) throws Exception {
        assertThat(String.join(" ", get("/decisions" + query).get("decisions").findValuesAsText("requestId")))
                .isEqualTo(requestIds);
    }

    @Test
    void aDecisionTellsEveryAttempt() throws Exception {
        JsonNode decisions = get("/decisions").get("decisions");
        assertThat(decisions.get(2).get("attempts")).isEqualTo(OpenApi.JSON.readTree("""
                        [{"backend": "server-2", "address": null, "reused": false, "outcome": "connect-refused",
                          "status": null, "startMs": 0.110, "durationMs": 0.302},
                         {"backend": "server-1", "address": "127.0.0.1:5000", "reused": true, "outcome": "ok",
                          "status": 200, "startMs": 0.450, "durationMs": 11.900}]
                        """));
        assertThat(decisions.get(0).get("method").asText()).isEqualTo("G\"\\\u0000\n\u00ff\u0085");
        assertThat(decisions.get(1).get("endedBy").asText()).isEqualTo("rondo");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://evil.test", "null", "http://127.0.0.1", "https://127.0.0.1.evil.test"})
    void aPageFromElsewhereChangesNothing(String origin) throws Exception {
        HttpResponse<String> response = api.send("POST", "/reload", null, "Origin", origin);
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(api.operations.asked).isEmpty();
        assertThat(api.send("GET", "/pools", null, "Origin", origin).statusCode())
                .isEqualTo(200);
        String own = "http://127.0.0.1:" + api.port();
        assertThat(api.send("POST", "/reload", null, "Origin", own).statusCode())
                .isEqualTo(200);
    }

    @Test
    void whatIsReadOnlyChangesNothing() throws Exception {
        try (ApiServer readOnly = new ApiServer(new Access(false, null))) {
            HttpResponse<String> response = readOnly.send("POST", ONE + "/drain", null);
            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(json(response).get("remedy").asText()).contains("admin.writable: true");
            assertThat(readOnly.operations.asked).isEmpty();
        }
    }

    @Test
    void theTokenGuardsTheApiAndNothingElse() throws Exception {
        try (ApiServer guarded = new ApiServer(new Access(true, "sécret"))) {
            for (String path : List.of("/api", "/api/v1/pools", "/api/v1/nonsense", "/api/v1/reload")) {
                HttpResponse<String> response = guarded.ask("POST", path, null);
                assertThat(response.statusCode()).as(path).isEqualTo(401);
                assertThat(response.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"rondo\"");
                assertThat(response.body()).doesNotContain("cret");
            }
            for (String path : List.of("/", "/metrics", "/health/ready", "/health/started")) {
                assertThat(guarded.ask("GET", path, null).statusCode()).as(path).isEqualTo(200);
            }
            assertThat(guarded.operations.asked).isEmpty();
        }
        try (ApiServer guarded = new ApiServer(new Access(true, "secret"))) {
            assertThat(guarded.send("POST", "/reload", null, "Authorization", "bearer secret")
                            .statusCode())
                    .isEqualTo(200);
            for (String wrong :
                    List.of("Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Basic secret", "secret")) {
                assertThat(guarded.send("GET", "/pools", null, "Authorization", wrong)
                                .statusCode())
                        .as(wrong)
                        .isEqualTo(401);
            }
        }
    }

    @Test
    void theTokenStandsInNoLog() {
        assertThat(new Access(true, "secret").toString()).isEqualTo("Access[writable=true, token=set]");
    }
}
