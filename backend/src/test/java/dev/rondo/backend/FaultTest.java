package dev.rondo.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.backend.RawClient.Response;
import dev.rondo.backend.Served.Ending;
import java.io.EOFException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultTest {
    private RunningBackend running;

    @BeforeEach
    void start() throws ListenException {
        running = new RunningBackend();
    }

    @AfterEach
    void stop() {
        running.close();
    }

    @Test
    void aStatusReplacesEveryAnswerButThoseOfAdminAndHealth() throws Exception {
        fault("{\"status\":503}");

        for (String target : List.of("/", "/bytes/10", "/stream", "/nothing", "/administration", "/healthy")) {
            Response response = running.get(target);
            assertThat(response.status()).as(target).isEqualTo(503);
            assertThat(response.body()).isEqualTo("a fault answers 503\n");
            assertThat(response.field("X-Served-By")).isEqualTo("Server 1");
        }
        assertThat(running.get("/health/ready").status()).isEqualTo(200);
        assertThat(running.get("/admin/fault").body()).contains("\"status\":503", "\"hits\":6");
    }

    @Test
    void aRateHitsThatShareAndASeedRepeatsIt() throws Exception {
        List<Integer> first = statuses("{\"status\":500,\"rate\":0.3,\"seed\":7}");
        List<Integer> again = statuses("{\"status\":500,\"rate\":0.3,\"seed\":7}");
        List<Integer> other = statuses("{\"status\":500,\"rate\":0.3,\"seed\":8}");

        assertThat(first).isEqualTo(again).isNotEqualTo(other);
        assertThat(first.stream().filter(status -> status == 500).count()).isBetween(40L, 80L); // 60 of 200 expected
        assertThat(running.get("/admin/fault").body())
                .contains("\"hits\":"
                        + other.stream().filter(status -> status == 500).count());
    }

    @Test
    void aDelayIsWaitedForBeforeTheAnswer() throws Exception {
        fault("{\"delay\":\"2s\"}");

        assertThat(running.get("/").body()).isEqualTo("Server 1");
        assertThat(running.pauses).containsExactly(Duration.ofSeconds(2));
    }

    @Test
    void aDelayGoesWithAStatus() throws Exception {
        fault("{\"delay\":100,\"status\":429}");

        assertThat(running.get("/").status()).isEqualTo(429);
        assertThat(running.pauses).containsExactly(Duration.ofMillis(100));
    }

    @Test
    void refuseResetsTheConnectionAndHealthIsHitToo() throws Exception {
        fault("{\"refuse\":true}");

        for (String target : List.of("/", "/health/ready")) {
            try (RawClient client = running.connect()) {
                client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThatThrownBy(client::rest)
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
            }
            Served served = running.nextServed();
            assertThat(served.ending()).isEqualTo(Ending.REFUSED);
            assertThat(served.status()).isZero();
            assertThat(served.bytesOut()).isZero();
            assertThat(served.client()).startsWith("127.0.0.1:");
        }
    }

    @Test
    void dropEndsABodyOfKnownLengthInItsMiddle() throws Exception {
        fault("{\"drop\":true}");

        try (RawClient client = running.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.head().field("Content-Length")).isEqualTo("8");
            assertThat(client.rest()).isEqualTo("Serv");
        }
        assertThat(running.nextServed().ending()).isEqualTo(Ending.CUT);
    }

    @Test
    void dropEndsAChunkedBodyWithoutItsLastChunk() throws Exception {
        fault("{\"drop\":true}");

        try (RawClient client = running.connect()) {
            client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.head().field("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(client.chunk()).isEqualTo("Server 1 ch");
            assertThatThrownBy(client::chunk).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void dropLeavesAResponseToHeadWhole() throws Exception {
        fault("{\"drop\":true}");

        assertThat(running.exchange("HEAD", "/", "").field("Content-Length")).isEqualTo("8");
    }

    @Test
    void dropEndsATunnelBehindThe101() throws Exception {
        fault("{\"drop\":true}");

        try (RawClient client = running.connect()) {
            client.send("GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
            assertThat(client.head().status()).isEqualTo(101);
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void aStatusReplacesThe101() throws Exception {
        fault("{\"status\":502,\"delay\":\"1s\"}");

        try (RawClient client = running.connect()) {
            client.send("GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
            assertThat(client.rest()).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
        }
        assertThat(running.pauses).containsExactly(Duration.ofSeconds(1));
        assertThat(running.nextServed().status()).isEqualTo(502);
    }

    @Test
    void refuseResetsAnUpgrade() throws Exception {
        fault("{\"refuse\":true}");

        try (RawClient client = running.connect()) {
            client.send("GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
            assertThatThrownBy(client::rest).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void unreadyFailsReadinessAlone() throws Exception {
        running.exchange("POST", "/admin/fault?unready", "");

        Response ready = running.get("/health/ready");
        assertThat(ready.status()).isEqualTo(503);
        assertThat(ready.body())
                .isEqualTo(
                        "{\"status\":\"DOWN\",\"server\":\"Server 1\",\"reason\":\"told to be unready by /admin/fault\"}\n");
        assertThat(running.get("/health/live").status()).isEqualTo(200);
        assertThat(running.get("/").status()).isEqualTo(200);
    }

    @Test
    void deleteTakesAFaultBack() throws Exception {
        fault("{\"status\":503,\"unready\":true}");

        Response response = running.exchange("DELETE", "/admin/fault", "");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body())
                .isEqualTo("{\"status\":null,\"rate\":1.0,\"delay\":\"0ms\",\"refuse\":false,\"drop\":false,"
                        + "\"unready\":false,\"seed\":null,\"hits\":0}\n");
        assertThat(running.get("/").status()).isEqualTo(200);
        assertThat(running.get("/health/ready").status()).isEqualTo(200);
    }

    @Test
    void aQueryWorksAsTheBodyDoes() throws Exception {
        Response response =
                running.exchange("POST", "/admin/fault?status=503&rate=0.25&delay=200ms&unready=true&seed=9", "");

        assertThat(response.body())
                .isEqualTo("{\"status\":503,\"rate\":0.25,\"delay\":\"200ms\",\"refuse\":false,\"drop\":false,"
                        + "\"unready\":true,\"seed\":9,\"hits\":0}\n");
        assertThat(running.get("/admin/fault").body()).isEqualTo(response.body());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"status":99}                  | status must be a whole number from 200 to 599, and is "99"
            {"status":"abc"}               | status must be a whole number from 200 to 599, and is "abc"
            {"status":503.5}               | status must be a whole number from 200 to 599, and is "503.5"
            {"status":503,"rate":0}        | rate must be above 0 and up to 1, and is "0"
            {"status":503,"rate":1.01}     | rate must be above 0 and up to 1, and is "1.01"
            {"status":503,"rate":"half"}   | rate must be above 0 and up to 1, and is "half"
            {"rate":0.5}                   | rate needs one of status, delay, refuse, drop beside it
            {"rate":0.5,"unready":true}    | rate needs one of status, delay, refuse, drop beside it
            {"delay":"2 s"}                | delay must be a duration up to 1h, such as 250, 250ms, 2s or PT2S, and is "2 s"
            {"refuse":"yes"}               | refuse must be true or false, and is "yes"
            {"status":503,"drop":true}     | status, refuse and drop exclude each other: choose one
            {"staus":503}                  | unknown key "staus": use status, rate, delay, refuse, drop, unready, seed
            {"status":[503]}               | "status" must be a string, a number, true or false
            {"drop":true,"seed":-1}        | seed must be a whole number from 0 to 999999999999999999, and is "-1"
            {"status":1e999999999}         | status must be a whole number from 200 to 599, and is "1E+999999999"
            {"refuse":false}               | nothing to do: name one of status, delay, refuse, drop, unready; DELETE takes a fault back
            {}                             | nothing to do: name one of status, delay, refuse, drop, unready; DELETE takes a fault back
            """)
    void whatIsWrongWithAFaultIsSaid(String body, String sentence) throws Exception {
        Response response = running.exchange("POST", "/admin/fault", body);

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.body().split("\n", -1)).contains(sentence);
        assertThat(running.get("/").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status=503",
                "[1]",
                "{",
                "{\"status\":503",
                "null",
                "\"\"",
                "{\"status\":503}}",
                "{\"a\":\"\\ud800\"}x"
            })
    void whatIsNoJsonObjectIsRefused(String body) throws Exception {
        Response response = running.exchange("POST", "/admin/fault", body);

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.body()).contains("JSON object");
        assertThat(running.get("/").status()).isEqualTo(200);
    }

    @Test
    void everyProblemIsSaidAtOnce() throws Exception {
        Response response = running.exchange(
                "POST", "/admin/fault", "{\"status\":1,\"rate\":2,\"delay\":\"x\",\"drop\":3,\"y\":0}");

        assertThat(response.body().strip().split("\n", -1)).hasSize(5);
    }

    @Test
    void aFaultInBothPlacesIsRefused() throws Exception {
        assertThat(running.exchange("POST", "/admin/fault?drop", "{\"drop\":true}")
                        .body())
                .isEqualTo("a fault is both in the query and in the body: give one of them\n");
    }

    private void fault(String json) throws Exception {
        assertThat(running.exchange("POST", "/admin/fault", json).status()).isEqualTo(200);
        running.nextServed("/admin/fault");
    }

    private List<Integer> statuses(String json) throws Exception {
        fault(json);
        List<Integer> statuses = new ArrayList<>();
        try (RawClient client = running.connect()) {
            for (int i = 0; i < 200; i++) {
                statuses.add(client.exchange("GET", "/", "").status());
            }
        }
        return statuses;
    }
}
