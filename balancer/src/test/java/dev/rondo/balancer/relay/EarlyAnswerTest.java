package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Answers that come while the client still owes a part of its request, and what may follow on both connections. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class EarlyAnswerTest {
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: lb.test\r\n\r\n";

    /** For a backend to answer in, and then for a client to have stalled. */
    private static final Duration ENOUGH = Duration.ofSeconds(5);

    private static String expecting(int length) {
        return "POST /1 HTTP/1.1\r\nHost: lb.test\r\nExpect: 100-continue\r\nContent-Length: " + length + "\r\n\r\n";
    }

    /** RFC 9110 §10.1.1: whoever answers instead of asking for the body does not read it, so it must not be sent. */
    @BothEngines
    void aBodyNobodyAskedForReachesNobody(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoingAfter(peer -> {
                    if (peer.head() == null) return;
                    peer.send(OK);
                    assertThat(peer.rest()).as("bytes behind the head").isEmpty();
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port());
                RawClient other = RawClient.connect(rondo.port())) {
            client.send(expecting(SMUGGLED.length()));
            Answer answer = client.answer("POST");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.last()).as(client.transcript()).isTrue();
            client.sendBehind(SMUGGLED + get("/victim"));
            assertThat(client.rest()).as("a second answer").isEmpty();
            backend.takePeer().awaitScript();
            other.send(get("/other"));
            assertThat(other.answer().body()).isEqualTo("GET|/other|");
            assertThat(backend.requests()).extracting(Request::target).containsExactly("/other");
            rondo.awaitMetric("rondo_upstream_connections", "state=\"active\"", 0);
        }
    }

    /** As above, with the body under way while the answer comes: not a byte of it may pass for a request. */
    @BothEngines
    void aConnectionAnsweredTooEarlyIsNotUsedAgain(EngineKind engine) throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.echoingAfter(peer -> {
                    Request.Head head = peer.head();
                    if (head == null) return;
                    assertThat(peer.bytes(5)).isEqualTo("first");
                    peer.send(OK);
                    answered.await();
                    assertThat(peer.rest()).as("behind an early answer").isIn("", "-last");
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port());
                RawClient other = RawClient.connect(rondo.port())) {
            client.send("POST /1 HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 10\r\n\r\nfirst");
            Answer answer = client.answer("POST");
            assertThat(answer.body()).isEqualTo("ok");
            answered.countDown();
            client.send("-last");
            if (!answer.last()) {
                client.send(get("/2"));
                assertThat(client.answer().body()).isEqualTo("GET|/2|");
            }
            backend.takePeer().awaitScript();
            other.send(get("/other"));
            assertThat(other.answer().body()).isEqualTo("GET|/other|");
        }
    }

    @BothEngines
    void anUploadThatStallsBehindItsAnswerIsEnded(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.head() == null) return;
                    peer.send(OK).awaitEnd();
                });
                Balancer rondo =
                        on(engine).clientIdle(ENOUGH).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("POST / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 100\r\n\r\nabc");
            assertThat(client.answer("POST").body()).isEqualTo("ok");
            assertThat(client.rest()).isEmpty();
            backend.takePeer().awaitScript();
            rondo.awaitNothingLeft();
        }
    }

    @BothEngines
    void aGatewayErrorDuringAnUploadComesWhole(EngineKind engine) throws Exception {
        isPassedOn(engine, "POST / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 100\r\n\r\nabc");
    }

    @BothEngines
    void aGatewayErrorInsteadOf100ComesWhole(EngineKind engine) throws Exception {
        isPassedOn(engine, expecting(100));
        isPassedOn(engine, expecting(100).replace("POST", "PUT"));
    }

    /** A body longer than what is kept cannot go to the other backend. */
    @BothEngines
    void aGatewayErrorDuringALongUploadComesWhole(EngineKind engine) throws Exception {
        isPassedOn(engine, "PUT / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 1000000\r\n\r\nabc");
    }

    /** The body of the answer comes when its head has been judged: there is another backend, which may not be asked. */
    private static void isPassedOn(EngineKind engine, String request) throws Exception {
        CountDownLatch passedOn = new CountDownLatch(1);
        RawBackend.Script busy = peer -> {
            if (peer.head() == null) return;
            peer.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\n");
            passedOn.await();
            peer.send("busy").awaitEnd();
        };
        try (RawBackend one = RawBackend.start(busy);
                RawBackend other = RawBackend.start(busy);
                Balancer rondo = on(engine).backends(one.port(), other.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(request);
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) head.append(client.bytes(1));
            assertThat(head).startsWith("HTTP/1.1 503 ");
            passedOn.countDown();
            assertThat(client.bytes(4)).isEqualTo("busy");
            assertThat(one.connections() + other.connections()).isEqualTo(1);
        }
    }

    /** Its connection had to be closed for a repetition of which nothing came: its answer is lost, but the client gets one. */
    @BothEngines
    void aGatewayErrorThatCannotBePassedOnAnyMoreIsAnswered(EngineKind engine) throws Exception {
        RawBackend.Script busy = peer -> {
            if (peer.head() == null) return;
            peer.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\n")
                    .awaitEnd();
        };
        try (RawBackend one = RawBackend.start(busy);
                RawBackend other = RawBackend.start(busy);
                Balancer rondo = on(engine).backends(one.port(), other.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("PUT / HTTP/1.1\r\nHost: lb.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            one.takePeer().awaitScript(); // and now more than is kept
            client.sendBehind("20000\r\n" + "x".repeat(0x20000) + "\r\n");
            Answer answer = client.answer("PUT");
            assertThat(answer.status()).as(client.transcript()).isEqualTo(502);
            assertThat(answer.body()).contains("response-truncated");
            assertThat(answer.last()).isTrue();
            assertThat(other.connections()).isZero();
            client.finish();
            rondo.awaitNothingLeft();
        }
    }

    /** All timeouts are 30 s, and this ends long before. */
    @BothEngines
    void aRefusalFromABackendThatReadsNoMoreEndsTheUpload(EngineKind engine) throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.head() == null) return;
                    peer.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
                    over.await(); // and keeps the connection, reading nothing
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            int size = 64 << 20;
            client.sendBehind(
                    "POST / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: " + size + "\r\n\r\n" + "x".repeat(size));
            Answer answer = client.answer("POST");
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.body()).isEqualTo("no");
            assertThat(answer.last()).isTrue();
            assertThat(client.rest()).isEmpty();
            rondo.awaitNothingLeft();
            over.countDown();
        }
    }
}
