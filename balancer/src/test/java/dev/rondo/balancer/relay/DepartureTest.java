package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.Messages.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;
import dev.rondo.balancer.wire.Buffers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A client that leaves while its backend thinks: whoever works for it is let go. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class DepartureTest {
    /** More than the fallback engine takes to look for the first time. */
    private static final Duration A_WHILE = Duration.ofMillis(600);

    private static void isNoticed(EngineKind engine, String request, boolean reset) throws Exception {
        isNoticed(engine, request, reset, false);
    }

    /** @param reused whether the backend's connection is: then the request is kept for another attempt */
    private static void isNoticed(EngineKind engine, String request, boolean reset, boolean reused) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (reused && peer.request() != null) peer.send(OK);
                    if (peer.request() == null) return;
                    asked.countDown();
                    peer.awaitEnd();
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                Balancer clock = Balancer.clock(A_WHILE);
                RawClient client = RawClient.connect(rondo.port())) {
            if (reused) {
                client.send(get("/first"));
                assertThat(client.answer().body()).isEqualTo("ok");
            }
            client.send(request);
            asked.await();
            clock.awaitKeepAlive();
            if (reset) client.reset();
            else client.leave();
            backend.takePeer().awaitScript(); // long before the timeouts of 30 s
            rondo.awaitNothingLeft();
        }
    }

    @BothEngines
    void afterAWhile(EngineKind engine) throws Exception {
        isNoticed(engine, get("/"), false);
        isNoticed(engine, get("/"), true);
        isNoticed(engine, post("/", "body"), false);
    }

    /** A read that leaves no room in the buffer has not said whether there is more. */
    @BothEngines
    void afterAReadThatFilledTheBuffer(EngineKind engine) throws Exception {
        String head = "GET / HTTP/1.1\r\nHost: lb.test\r\nX-Pad: ";
        isNoticed(engine, head + "p".repeat(Buffers.PAYLOAD - head.length() - 4) + "\r\n\r\n", false);
        String upload = "POST / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 16000\r\nX-Pad: ";
        isNoticed(
                engine,
                upload + "p".repeat(Buffers.PAYLOAD - 16_000 - upload.length() - 4) + "\r\n\r\n" + "b".repeat(16_000),
                false);
        String repeatable = upload.replace("POST", "PUT");
        isNoticed(
                engine,
                repeatable + "p".repeat(Buffers.PAYLOAD - 16_000 - repeatable.length() - 4) + "\r\n\r\n"
                        + "b".repeat(16_000),
                false,
                true);
    }

    /** The body's second thread has read the last of it, and the watch for the client begins only then. */
    @BothEngines
    void afterAnUploadOfWholeBuffers(EngineKind engine) throws Exception {
        isNoticed(engine, post("/", "b".repeat(Buffers.PAYLOAD * 8)), false);
        isNoticed(engine, post("/", "b".repeat(Buffers.PAYLOAD * 8)), true);
    }

    /** Nothing is written to the client, which would tell of its end, while the backend pauses. */
    @BothEngines
    void whileAnAnswerPauses(EngineKind engine) throws Exception {
        leavesWithinAnAnswer(engine, get("/"), "");
    }

    /** The upload ends after the answer has begun: from then on somebody must look. */
    @BothEngines
    void whileAnAnswerPausesThatBeganBeforeTheUploadWasOver(EngineKind engine) throws Exception {
        leavesWithinAnAnswer(engine, "POST / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 10\r\n\r\nfirst", "-last");
    }

    private static void leavesWithinAnAnswer(EngineKind engine, String request, String rest) throws Exception {
        CountDownLatch all = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    Request.Head head = peer.head();
                    if (head == null) return;
                    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
                    peer.body(head);
                    all.countDown();
                    peer.awaitEnd();
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                Balancer clock = Balancer.clock(A_WHILE);
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(request);
            while (!client.received().endsWith("hello\r\n")) client.bytes(1);
            client.send(rest);
            all.await();
            clock.awaitKeepAlive();
            client.leave();
            backend.takePeer().awaitScript(); // long before the timeouts of 30 s
            rondo.awaitNothingLeft();
        }
    }
}
