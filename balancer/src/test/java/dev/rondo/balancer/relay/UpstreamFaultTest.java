package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.Messages.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.Configurations;
import dev.rondo.balancer.testkit.FullPort;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.RefusingPort;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** What the client is told when the backend misbehaves. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class UpstreamFaultTest {
    private static final String ASK =
            "POST /f HTTP/1.1\r\nHost: lb.test\r\nX-Request-Id: id-4711\r\nContent-Length: 1\r\n\r\nx";

    /** The answer to a POST, which is never repeated once a byte of it was sent. */
    private static Answer ask(Configurations configuration) throws IOException {
        try (Balancer rondo = configuration.start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(ASK);
            return client.answer("POST");
        }
    }

    private static void isError(Answer answer, int status, String reason) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.complete()).isTrue();
        assertThat(answer.values("content-type").getFirst()).startsWith("text/plain");
        assertThat(answer.body().stripTrailing())
                .doesNotContain("\n")
                .contains(reason)
                .contains("id-4711");
    }

    @BothEngines
    void refused(EngineKind engine) throws Exception {
        try (RefusingPort nobody = new RefusingPort()) {
            isError(ask(on(engine).backends(nobody.port())), 502, "connect-refused");
        }
    }

    @BothEngines
    void notTaken(EngineKind engine) throws Exception {
        try (FullPort full = new FullPort()) {
            isError(ask(on(engine).backends(full.port()).connect(Duration.ofMillis(300))), 504, "connect-timeout");
        }
    }

    @BothEngines
    void nobodyInRotation(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing()) {
            isError(ask(on(engine).backend("default", backend.port(), 0)), 503, "no-healthy-backend");
            assertThat(backend.connections()).isZero();
        }
    }

    @BothEngines
    void resetBeforeTheHead(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.reset();
        })) {
            isError(ask(on(engine).backends(backend.port())), 502, "upstream-reset");
            assertThat(backend.connections()).as("tries").isEqualTo(1);
        }
    }

    @BothEngines
    void closedBeforeTheHead(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> peer.request())) {
            isError(ask(on(engine).backends(backend.port())), 502, "upstream-reset");
            assertThat(backend.connections()).as("tries").isEqualTo(1);
        }
    }

    @BothEngines
    void resetWithinTheHead(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Le").reset();
        })) {
            assertThat(ask(on(engine).backends(backend.port())).status()).isEqualTo(502);
        }
    }

    @BothEngines
    void closedWithinTheHead(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n");
        })) {
            assertThat(ask(on(engine).backends(backend.port())).status()).isEqualTo(502);
        }
    }

    /** The head has gone to the client by then: only the missing rest can tell it. */
    @BothEngines
    void resetWithinTheBody(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello").reset();
        })) {
            Answer answer = ask(on(engine).backends(backend.port()));
            assertThat(answer.status() == 502 || !answer.complete())
                    .as(answer.toString())
                    .isTrue();
        }
    }

    @BothEngines
    void closedWithinALengthOfBody(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        })) {
            Answer answer = ask(on(engine).backends(backend.port()));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("hello");
            assertThat(answer.complete()).isFalse();
        }
    }

    @BothEngines
    void closedWithinChunks(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        })) {
            Answer answer = ask(on(engine).backends(backend.port()));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.complete()).as("no last chunk is invented").isFalse();
        }
    }

    @BothEngines
    void silentBeforeTheHead(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.awaitEnd();
        })) {
            isError(ask(on(engine).backends(backend.port()).response(Duration.ofMillis(300))), 504, "response-timeout");
            backend.takePeer().awaitScript(); // the connection is given up, not kept
        }
    }

    @BothEngines
    void silentWithinTheHead(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nX-").awaitEnd();
        })) {
            isError(ask(on(engine).backends(backend.port()).response(Duration.ofMillis(300))), 504, "response-timeout");
        }
    }

    @BothEngines
    void silentWithinTheBody(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello").awaitEnd();
        })) {
            Answer answer = ask(on(engine).backends(backend.port()).upstreamIdle(Duration.ofMillis(300)));
            assertThat(answer.body()).isEqualTo("hello");
            assertThat(answer.complete()).isFalse();
            backend.takePeer().awaitScript();
        }
    }

    @BothEngines
    void garbage(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.send("\u0000\u0001garbage\r\n\r\n").awaitEnd();
        })) {
            isError(ask(on(engine).backends(backend.port())), 502, "bad-response");
            backend.takePeer().awaitScript();
        }
    }

    @BothEngines
    void aHeadWithoutEnd(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nX-Long: " + "x".repeat(1 << 20)).awaitEnd();
        })) {
            isError(ask(on(engine).backends(backend.port())), 502, "bad-response");
        }
    }

    @BothEngines
    void answeredTwice(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoingAfter(peer -> {
                    peer.request();
                    peer.send(OK + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON");
                    assertThat(peer.rest())
                            .as("nothing more on this connection")
                            .isEmpty();
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/1"));
            assertThat(client.answer().body()).isEqualTo("ok");
            client.send(get("/2"));
            assertThat(client.answer().body()).as(client.transcript()).isEqualTo("GET|/2|");
        }
    }

    @BothEngines
    void anAnswerThatNobodyAskedFor(EngineKind engine) throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.index() == 0) {
                        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON");
                        peer.request();
                        peer.send(OK);
                        late.countDown();
                    }
                    peer.echo();
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start()) {
            for (int i = 0; i < 3; i++) {
                try (RawClient client = RawClient.connect(rondo.port())) {
                    client.send(get("/" + i));
                    Answer answer = client.answer();
                    // The first may be taken for an answer; it must not shift those that follow.
                    if (i > 0) assertThat(answer.body()).isEqualTo("GET|/" + i + "|");
                    late.await(); // what comes after the next request has been sent nobody can tell from its answer
                }
            }
        }
    }

    @BothEngines
    void errorsLeaveTheClientsConnectionInStep(EngineKind engine) throws Exception {
        try (RefusingPort nobody = new RefusingPort();
                Balancer rondo = on(engine).backends(nobody.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(post("/1", "body") + get("/2"));
            Answer first = client.answer("POST");
            assertThat(first.status()).isEqualTo(502);
            if (first.last())
                assertThat(client.rest()).as("nothing behind an announced end").isEmpty();
            else assertThat(client.answer().status()).isEqualTo(502);
        }
    }

    /** RFC 9209. */
    @BothEngines
    void errorsSayMoreWhenAsked(EngineKind engine) throws Exception {
        try (RefusingPort nobody = new RefusingPort()) {
            assertThat(ask(on(engine).backends(nobody.port())).values("proxy-status"))
                    .isEmpty();
            assertThat(ask(on(engine).backends(nobody.port()).exposeErrors()).values("proxy-status"))
                    .singleElement()
                    .asString()
                    .startsWith("rondo")
                    .contains("error=connection_refused");
        }
    }
}
