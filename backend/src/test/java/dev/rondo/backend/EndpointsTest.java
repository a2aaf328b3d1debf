package dev.rondo.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.backend.RawClient.Response;
import dev.rondo.backend.Served.Ending;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointsTest {
    private static RunningBackend running;

    @BeforeAll
    static void start() throws ListenException {
        running = new RunningBackend();
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @BeforeEach
    void forget() {
        running.pauses.clear();
    }

    @Test
    void rootAnswersTheNameAndNothingElse() throws IOException {
        Response response = running.get("/");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("Server 1");
        assertThat(response.field("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(response.field("X-Served-By")).isEqualTo("Server 1");
    }

    @Test
    void headTellsTheLengthAndSendsNoBody() throws IOException {
        try (RawClient client = running.connect()) {
            assertThat(client.exchange("HEAD", "/", "").field("Content-Length")).isEqualTo("8");
            assertThat(client.exchange("HEAD", "/bytes/1000000", "").field("Content-Length"))
                    .isEqualTo("1000000");
            assertThat(client.exchange("GET", "/", "").body()).isEqualTo("Server 1");
        }
    }

    @Test
    void connectionsPersistAndPipelinedRequestsAreAnsweredInOrder() throws IOException {
        try (RawClient client = running.connect()) {
            client.send(
                    "GET /bytes/3 HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
                            + "GET / HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.response().body()).isEqualTo("ABC");
            assertThat(client.response().body()).contains("\"body\":\"hi\"");
            assertThat(client.response().body()).isEqualTo("Server 1");
        }
    }

    @Test
    void connectionCloseIsObeyed() throws IOException {
        try (RawClient client = running.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

            assertThat(client.rest())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("\r\nConnection: close\r\n")
                    .endsWith("\r\n\r\nServer 1");
        }
    }

    @Test
    void connectionCloseIsObeyedAfterABodyThatNobodyReads() throws IOException {
        try (RawClient client = running.connect()) {
            client.send("POST /status/200 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n"
                    + "x".repeat(100_000));

            assertThat(client.rest()).endsWith("Server 1: 200 OK\n");
        }
    }

    @Test
    void echoGivesBackMethodTargetFieldsAndBody() throws IOException {
        try (RawClient client = running.connect()) {
            client.send("PATCH /echo?a=b%20c&d HTTP/1.1\r\nHost: test\r\nX-Two: 1\r\nX-Two: 2\r\n"
                    + "Content-Encoding: gzip\r\nContent-Length: 7\r\n\r\n\"\\\n\u0001\u00c3\u00a9z");
            JsonObject echo = json(client.response());

            assertThat(echo.stringValue("method", "")).isEqualTo("PATCH");
            assertThat(echo.stringValue("target", "")).isEqualTo("/echo?a=b%20c&d");
            assertThat(echo.stringValue("version", "")).isEqualTo("HTTP/1.1");
            assertThat(echo.stringValue("server", "")).isEqualTo("Server 1");
            assertThat(echo.stringValue("client", "")).startsWith("127.0.0.1:");
            assertThat(fields(echo)).contains("Host=test", "X-Two=1", "X-Two=2", "Content-Encoding=gzip");
            assertThat(echo.stringValue("body", "")).isEqualTo("\"\\\n\u0001\u00e9z");
            assertThat(echo.stringValue("bodyEncoding", "")).isEqualTo("utf-8");
            assertThat(echo.intValue("bodyBytes", 0)).isEqualTo(7);
        }
    }

    @Test
    void echoGivesBytesThatAreNoTextInBase64() throws IOException {
        try (RawClient client = running.connect()) {
            client.send("POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("1\r\n\u00ff\r\n2\r\n\u0000\u00fe\r\n0\r\n\r\n");
            JsonObject echo = json(client.response());

            assertThat(echo.stringValue("body", "")).isEqualTo("/wD+");
            assertThat(echo.stringValue("bodyEncoding", "")).isEqualTo("base64");
        }
    }

    @Test
    void echoSendsAnInterimResponseToThoseWhoExpectIt() throws IOException {
        try (RawClient client = running.connect()) {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");

            assertThat(client.head().status()).isEqualTo(100);
            assertThat(client.send("hi").response().body()).contains("\"body\":\"hi\"");
        }
    }

    @Test
    void echoOfTooLongABodyIsRefusedAndTheConnectionStays() throws IOException {
        try (RawClient client = running.connect()) {
            assertThat(client.exchange("PUT", "/echo", "x".repeat(PlainEndpoints.ECHO_LIMIT))
                            .status())
                    .isEqualTo(200);
            assertThat(client.exchange("PUT", "/echo", "x".repeat(PlainEndpoints.ECHO_LIMIT + 1))
                            .status())
                    .isEqualTo(413);
            assertThat(client.exchange("GET", "/", "").body()).isEqualTo("Server 1");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64, 16_383, 16_384, 16_385, 3_000_000})
    void bytesSendsThatManyOfAKnownPattern(int length) throws IOException {
        try (RawClient client = running.connect()) {
            client.send("GET /bytes/" + length + " HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.head().field("Content-Length")).isEqualTo(String.valueOf(length));
            byte[] body = client.bytes(length);
            for (int i = 0; i < length; i++) {
                if (body[i] != StreamEndpoints.byteAt(i)) {
                    assertThat(body[i]).as("byte %d", i).isEqualTo(StreamEndpoints.byteAt(i));
                }
            }
            assertThat(client.exchange("GET", "/", "").body()).isEqualTo("Server 1");
        }
    }

    @Test
    void bytesOfAnyNumberStartsAtOnceAndEndsWithItsReader() throws Exception {
        try (RawClient client = running.connect()) {
            client.send("GET /bytes/" + (1L << 50) + " HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.head().field("Content-Length")).isEqualTo(String.valueOf(1L << 50));
            client.bytes(1_000_000);
        }

        assertThat(running.nextServed("/bytes/" + (1L << 50)).ending()).isEqualTo(Ending.CUT);
    }

    @Test
    void streamSendsEachLineAsAChunkAndPausesBetween() throws Exception {
        Response response = running.get("/stream?chunks=3&delay=2s");

        assertThat(response.chunks())
                .containsExactly("Server 1 chunk 1 of 3\n", "Server 1 chunk 2 of 3\n", "Server 1 chunk 3 of 3\n");
        assertThat(running.pauses).containsExactly(Duration.ofSeconds(2), Duration.ofSeconds(2));
    }

    @Test
    void streamSendsAChunkBeforeItPauses() throws Exception {
        running.hold();
        try (RawClient client = running.connect()) {
            client.send("GET /stream?chunks=2&delay=1h HTTP/1.1\r\nHost: a\r\n\r\n");
            running.nextPause();
            client.head();
            assertThat(client.chunk()).isEqualTo("Server 1 chunk 1 of 2\n");
            running.release();
            assertThat(client.chunk()).isEqualTo("Server 1 chunk 2 of 2\n");
            assertThat(client.chunk()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"250,250", "3s,3000", "1m,60000", "PT0.5S,500", "0,0"})
    void delayPausesAndThenAnswers(String asked, long millis) throws IOException {
        assertThat(running.get("/delay/" + asked).body()).isEqualTo("Server 1 after " + millis + " ms\n");
        assertThat(running.pauses).containsExactly(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 299, 301, 400, 404, 418, 451, 500, 503, 599})
    void statusAnswersWithThatStatus(int code) throws IOException {
        Response response = running.exchange("DELETE", "/status/" + code, "");

        assertThat(response.status()).isEqualTo(code);
        assertThat(response.body()).startsWith("Server 1: " + code);
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 205, 304})
    void statusWithoutContentSendsNone(int code) throws IOException {
        try (RawClient client = running.connect()) {
            client.send("GET /status/" + code + " HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.head().status()).isEqualTo(code);
            assertThat(client.response().body()).isEqualTo("Server 1");
        }
    }

    @Test
    void sseSendsEvents() throws IOException {
        Response response = running.get("/sse?events=2&delay=0");

        assertThat(response.field("Content-Type")).isEqualTo("text/event-stream");
        assertThat(response.field("Cache-Control")).isEqualTo("no-store");
        assertThat(response.body())
                .isEqualTo(
                        "id: 1\nevent: tick\ndata: Server 1 event 1\n\nid: 2\nevent: tick\ndata: Server 1 event 2\n\n");
    }

    @Test
    void healthIsUp() throws IOException {
        for (String path : List.of("/health/live", "/health/ready")) {
            Response response = running.get(path);
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.field("Content-Type")).isEqualTo("application/json");
            assertThat(response.body()).isEqualTo("{\"status\":\"UP\",\"server\":\"Server 1\"}\n");
        }
    }

    @Test
    void helpNamesEveryEndpointWithACommandToTryIt() throws IOException {
        String help = running.get("/help").body();

        for (String path : List.of(
                "/",
                "/echo",
                "/bytes/",
                "/stream",
                "/delay/",
                "/status/",
                "/sse",
                "/upgrade",
                "/health/live",
                "/health/ready",
                "/admin/fault",
                "/help")) {
            assertThat(help).containsPattern("curl [^\n]*http://test" + path);
        }
        for (String key : FaultForm.KEYS) {
            assertThat(help).contains(key);
        }
    }

    @Test
    void helpDoesNotRepeatAHostThatIsNone() throws IOException {
        try (RawClient client = running.connect()) {
            client.send("GET /help HTTP/1.1\r\nHost: a'$(x)\r\n\r\n");

            assertThat(client.response().body()).doesNotContain("$(x)");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /nothing                  | 404 | nothing is here: /help lists what this server answers
            /bytes/x                  | 400 | the number of bytes in the path must be a whole number from 0 to 1125899906842624, and is "x"
            /bytes/-1                 | 400 | the number of bytes in the path must be a whole number from 0 to 1125899906842624, and is "-1"
            /bytes/99999999999999999999 | 400 | the number of bytes in the path must be a whole number from 0 to 1125899906842624, and is "99999999999999999999"
            /status/199               | 400 | the status in the path must be a whole number from 200 to 599, and is "199"
            /status/600               | 400 | the status in the path must be a whole number from 200 to 599, and is "600"
            /delay/61m                | 400 | the delay in the path must be a duration up to 1h, such as 250, 250ms, 2s or PT2S, and is "61m"
            /delay/soon               | 400 | the delay in the path must be a duration up to 1h, such as 250, 250ms, 2s or PT2S, and is "soon"
            /stream?chunks=0          | 400 | chunks must be a whole number from 1 to 1000000000, and is "0"
            /stream?chunk=1           | 400 | unknown parameter "chunk": use chunks, delay
            /stream?chunks=1&chunks=2 | 400 | "chunks" is in the query more than once: give it once
            /stream?delay=-PT1S       | 400 | delay must be a duration up to 1h, such as 250, 250ms, 2s or PT2S, and is "-PT1S"
            /sse?events=many          | 400 | events must be a whole number from 1 to 1000000000, and is "many"
            """)
    void whatIsWrongIsSaid(String target, int status, String sentence) throws IOException {
        Response response = running.get(target);

        assertThat(response.status()).isEqualTo(status);
        assertThat(response.body()).isEqualTo(sentence + "\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /            | GET, HEAD, OPTIONS
            /stream      | GET, OPTIONS
            /admin/fault | DELETE, GET, HEAD, OPTIONS, POST
            """)
    void otherMethodsAreToldWhichAreAnswered(String target, String allow) throws IOException {
        Response refused = running.exchange("BREW", target, "");
        Response asked = running.exchange("OPTIONS", target, "");

        assertThat(refused.status()).isEqualTo(405);
        assertThat(refused.field("Allow")).isEqualTo(allow);
        assertThat(asked.status()).isEqualTo(200);
        assertThat(asked.field("Allow")).isEqualTo(allow);
    }

    @Test
    void requestsAreRecorded() throws Exception {
        try (RawClient client = running.connect()) {
            client.send("GET /status/503?x=%22 HTTP/1.1\r\nHost: a\r\nX-Request-Id: r-1\r\n\r\n")
                    .response();
        }
        Served served = running.nextServed("/status/503?x=%22");

        assertThat(served.at()).isEqualTo(RunningBackend.NOW);
        assertThat(served.client()).startsWith("127.0.0.1:");
        assertThat(served.method()).isEqualTo("GET");
        assertThat(served.status()).isEqualTo(503);
        assertThat(served.bytesOut()).isGreaterThan(30);
        assertThat(served.nanos()).isPositive();
        assertThat(served.ending()).isEqualTo(Ending.ANSWERED);
        assertThat(served.requestId()).isEqualTo("r-1");
    }

    @Test
    void malformedRequestsAreRejectedAndRecordedOnce() throws Exception {
        try (RawClient client = running.connect()) {
            client.send("GET /malformed HTTP/1.1\r\nno colon\r\n\r\n");
            assertThat(client.rest()).startsWith("HTTP/1.1 400 Bad Request\r\n").contains("X-Served-By: Server 1");
        }
        Served served = running.nextServed("/malformed");

        assertThat(served.status()).isEqualTo(400);
        assertThat(served.ending()).isEqualTo(Ending.REJECTED);
        running.get("/after");
        for (Served next = running.nextServed(); !next.target().equals("/after"); next = running.nextServed()) {
            assertThat(next.target()).isNotEqualTo("/malformed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1\r\na\r\n0\r\nTrailer: no\r\n\r\n"})
    void aBodyWithTrailersIsRefusedAtOnce(String body) throws IOException {
        try (RawClient client = running.connect()) {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body);

            assertThat(client.response().status()).isEqualTo(400);
        }
    }

    private static JsonObject json(Response response) {
        return JsonParser.create(response.body()).readJsonObject();
    }

    private static List<String> fields(JsonObject echo) {
        return echo.arrayValue("fields", JsonArray.empty()).values().stream()
                .map(field -> field.asObject())
                .map(field -> field.stringValue("name", "") + "=" + field.stringValue("value", ""))
                .toList();
    }
}
