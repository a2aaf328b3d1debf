package dev.rondo.balancer.prove;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.testkit.FullPort;
import dev.rondo.balancer.testkit.Messages;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RefusingPort;
import dev.rondo.balancer.testkit.Request;
import io.helidon.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client against servers on real sockets, most of which misbehave. */
class RunTest {
    private static Plan plan(int port, long requests, int connections, double posts, double alone, Duration timeout) {
        Target target = Target.of("http://127.0.0.1:" + port + "/a?b");
        return new Plan(
                target,
                "/post",
                0,
                Duration.ofDays(1),
                Duration.ZERO,
                requests,
                connections,
                posts,
                alone,
                5,
                timeout,
                "t",
                1);
    }

    private static Run run(int port, long requests, double posts, double alone) {
        return new Run(plan(port, requests, 1, posts, alone, Duration.ofMinutes(1)), System::nanoTime);
    }

    private static String failures(JsonObject ledger) {
        return ledger.objectValue("failedByCause", JsonObject.empty()).toString();
    }

    private static long number(JsonObject ledger, String name) {
        return ledger.longValue(name, -1);
    }

    @Test
    void everyRequestHasAnIdOfItsOwnAndAKeptConnection() throws Exception {
        try (RawBackend backend = RawBackend.answering(Messages.OK)) {
            Report report = run(backend.port(), 100, 0.3, 0).report();
            List<Request> requests = backend.requests();
            assertThat(requests.stream().map(r -> r.values("X-Request-Id").getFirst()))
                    .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 100)
                            .mapToObj(i -> "t-" + i)
                            .toList());
            assertThat(requests.stream().map(r -> r.method() + " " + r.target() + " " + r.body()))
                    .contains("GET /a?b ", "POST /post xxxxx");
            assertThat(backend.connections()).isEqualTo(1);
            JsonObject ledger = report.json();
            assertThat(report.isGood()).isTrue();
            assertThat(number(ledger, "sent")).isEqualTo(100);
            assertThat(ledger.objectValue("backends", JsonObject.empty())).hasToString("{\"ok\":100}");
            assertThat(report.text()).endsWith("OK: no request failed\n");
        }
    }

    @Test
    void ofWhatBeginsInTheWarmUpAllButItsTimeIsCounted() throws Exception {
        AtomicLong clock = new AtomicLong();
        try (RawBackend backend = RawBackend.start(peer -> {
            for (int i = 1; peer.request() != null; i++) {
                clock.addAndGet(TimeUnit.SECONDS.toNanos(i)); // 1, 2, 3 and 4 seconds: begun after 0, 1, 3 and 6
                peer.send(Messages.OK);
            }
        })) {
            Target target = Target.of("http://127.0.0.1:" + backend.port());
            Duration day = Duration.ofDays(1);
            Plan plan = new Plan(target, "/", 0, day, Duration.ofSeconds(3), 4, 1, 0, 0, 0, day, "t", 1);
            Report report = new Run(plan, clock::get).report();
            assertThat(report.isGood()).isTrue();
            JsonObject ledger = report.json();
            assertThat(number(ledger, "sent")).isEqualTo(4);
            assertThat(number(ledger, "good")).isEqualTo(4);
            JsonObject took =
                    ledger.objectValue("latencyMs", JsonObject.empty()).objectValue("good", JsonObject.empty());
            assertThat(number(took, "count")).isEqualTo(2);
            assertThat(took.doubleValue("p50", 0)).isBetween(2_970.0, 3_030.0);
            assertThat(report.text()).contains("warm-up           3.0 s");
        }
    }

    @Test
    void theShareOfPostsAndOfNewConnectionsIsKept() throws Exception {
        try (RawBackend backend = RawBackend.answering(Messages.OK)) {
            run(backend.port(), 400, 0.5, 0.25).report();
            assertThat(backend.requests().stream()
                            .filter(r -> r.method().equals("POST"))
                            .count())
                    .isBetween(160L, 240L);
            assertThat(backend.requests().stream()
                            .filter(r -> r.values("Connection").contains("close"))
                            .count())
                    .isBetween(70L, 130L);
        }
    }

    @Test
    void aConnectionThatTheServerEndsIsNotUsedAgain() throws Exception {
        String last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        try (RawBackend backend = RawBackend.answering(last)) {
            Report report = run(backend.port(), 10, 1, 0).report();
            assertThat(report.isGood()).isTrue();
            assertThat(backend.connections()).isEqualTo(10);
            assertThat(number(report.json(), "reopened")).isZero();
        }
    }

    /** The server takes the second request of a connection and closes: it may not have seen it at all. */
    private static RawBackend closingUnderTheSecond() throws Exception {
        return RawBackend.start(peer -> {
            peer.request();
            peer.send(Messages.OK);
            peer.request();
        });
    }

    @Test
    void aGetIsSentAgainWhereItsKeptConnectionIsClosedUnderIt() throws Exception {
        try (RawBackend backend = closingUnderTheSecond()) {
            Report report = run(backend.port(), 5, 0, 0).report();
            assertThat(report.isGood()).isTrue();
            JsonObject ledger = report.json();
            assertThat(number(ledger, "reopened")).isEqualTo(4);
            assertThat(number(ledger, "connections")).isEqualTo(5);
            assertThat(backend.requests()).hasSize(9);
        }
    }

    @Test
    void aPostIsNotSentAgain() throws Exception {
        try (RawBackend backend = closingUnderTheSecond()) {
            Report report = run(backend.port(), 4, 1, 0).report();
            assertThat(report.isGood()).isFalse();
            assertThat(failures(report.json())).isEqualTo("{\"closed\":{\"POST\":2}}");
            assertThat(backend.requests()).hasSize(4);
        }
    }

    @Test
    void aGetOnANewConnectionIsNotSentAgain() throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> peer.request())) {
            Report report = run(backend.port(), 3, 0, 0).report();
            assertThat(failures(report.json())).isEqualTo("{\"closed\":{\"GET\":3}}");
            assertThat(backend.requests()).hasSize(3);
            assertThat(report.text()).contains("NOT OK: 3 of 3 requests failed", "GET t-1: closed");
        }
    }

    @Test
    void aGetWhoseAnswerHasBegunIsNotSentAgain() throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.send(Messages.OK);
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok");
        })) {
            Report report = run(backend.port(), 2, 0, 0).report();
            assertThat(failures(report.json())).isEqualTo("{\"cut\":{\"GET\":1}}");
            assertThat(backend.requests()).hasSize(2);
        }
    }

    @Test
    void aResetIsNoClose() throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.reset();
        })) {
            assertThat(failures(run(backend.port(), 2, 1, 0).report().json())).isEqualTo("{\"reset\":{\"POST\":2}}");
        }
    }

    @Test
    void nobodyThereIsRefused() throws Exception {
        try (RefusingPort nobody = new RefusingPort()) {
            assertThat(failures(run(nobody.port(), 2, 0, 0).report().json())).isEqualTo("{\"refused\":{\"GET\":2}}");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 429, 503})
    void anErrorIsAFailureThatIsNamedByItsStatus(int status) throws Exception {
        try (RawBackend backend = RawBackend.answering("HTTP/1.1 " + status + " x\r\nContent-Length: 0\r\n\r\n")) {
            JsonObject ledger = run(backend.port(), 2, 0, 0).report().json();
            assertThat(failures(ledger)).isEqualTo("{\"status-" + status + "\":{\"GET\":2}}");
            assertThat(ledger.objectValue("answered", JsonObject.empty())).hasToString("{\"" + status + "\":2}");
            assertThat(ledger.arrayValue("failures").orElseThrow().toString())
                    .contains(
                            "\"id\":\"t-1\",\"method\":\"GET\",\"cause\":\"status\",\"status\":" + status + ",\"ms\":");
        }
    }

    @Test
    void aServerThatSaysNothingIsATimeout() throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.awaitEnd();
        })) {
            Report report = new Run(plan(backend.port(), 1, 1, 0, 0, Duration.ofMillis(50)), System::nanoTime).report();
            assertThat(failures(report.json())).isEqualTo("{\"timeout\":{\"GET\":1}}");
        }
    }

    @Test
    void aServerThatTakesNoMoreIsATimeout() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(_ -> ended.await())) {
            Target target = Target.of("http://127.0.0.1:" + backend.port());
            Plan plan = new Plan(
                    target,
                    "/",
                    0,
                    Duration.ofDays(1),
                    Duration.ZERO,
                    1,
                    1,
                    1,
                    0,
                    64 << 20,
                    Duration.ofMillis(50),
                    "t",
                    1);
            Report report = new Run(plan, System::nanoTime).report();
            ended.countDown();
            assertThat(failures(report.json())).isEqualTo("{\"timeout\":{\"POST\":1}}");
        }
    }

    @Test
    void aServerThatTakesNoConnectionIsATimeout() throws Exception {
        try (FullPort full = new FullPort()) {
            Run run = new Run(plan(full.port(), 1, 1, 0, 0, Duration.ofMillis(50)), System::nanoTime);
            assertThat(failures(run.report().json())).isEqualTo("{\"timeout\":{\"GET\":1}}");
        }
    }

    @Test
    void aStopLetsWhatIsInFlightEnd() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            stopped.await();
            peer.send(Messages.OK);
            peer.request();
        })) {
            Run run = new Run(plan(backend.port(), 0, 4, 0, 0, Duration.ofMinutes(1)), System::nanoTime);
            Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 4; i++) backend.takeRequest();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                run.stop();
                stopped.countDown();
            });
            Report report = run.report();
            assertThat(number(report.json(), "good")).isEqualTo(4);
            assertThat(report.isGood()).isTrue();
        }
    }

    @Test
    void whatIsGivenUpIsUnfinished() throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.awaitEnd();
        })) {
            Run run = new Run(plan(backend.port(), 0, 2, 0, 0, Duration.ofMinutes(1)), System::nanoTime);
            Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 2; i++) backend.takeRequest();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                run.abandon();
            });
            assertThat(failures(run.report().json())).isEqualTo("{\"unfinished\":{\"GET\":2}}");
        }
    }

    @Test
    void whoAnsweredCanBeExpected() throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            for (int i = 0; peer.request() != null; i++) {
                peer.send("HTTP/1.1 200 OK\r\nX-Served-By: Server " + (i % 3) + "\r\nContent-Length: 0\r\n\r\n");
            }
        })) {
            Run run = run(backend.port(), 10, 0, 0);
            Report report = run.report();
            assertThat(report.expectBackends(null).expectSkew(null).isGood()).isTrue();
            assertThat(report.expectBackends(3).expectSkew(1L).isGood()).isTrue();
            assertThat(report.text()).contains("3 (Server 0 4, Server 1 3, Server 2 3), difference 1");
            assertThat(report.expectBackends(2).expectSkew(0L).text())
                    .contains(
                            "NOT OK: 3 backends answered, not 2; the counts of backends differ by 1, not by 0 at most");
        }
    }
}
