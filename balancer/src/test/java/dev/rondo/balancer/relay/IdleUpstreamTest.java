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
import dev.rondo.balancer.testkit.KernelQueues;
import dev.rondo.balancer.testkit.Peer;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;
import dev.rondo.balancer.wire.Buffers;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Upstream connections between two requests: which are kept, and which are found to be gone before they are used. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class IdleUpstreamTest {
    private static final String UNSOLICITED = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";

    private static void fiveAnswersOnOneConnection(EngineKind engine, String answer) throws Exception {
        try (RawBackend backend = RawBackend.answering(answer);
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            for (int i = 0; i < 5; i++) {
                client.send(get("/" + i));
                Answer got = client.answer();
                assertThat(got.body()).isEqualTo(answer.substring(answer.indexOf("\r\n\r\n") + 4));
                rondo.awaitMetric("rondo_upstream_connections", "state=\"idle\"", 1);
            }
            assertThat(backend.connections()).isEqualTo(1);
        }
    }

    @BothEngines
    void anAnswerWhoseBodyFillsABufferIsTheEndOfNothing(EngineKind engine) throws Exception {
        fiveAnswersOnOneConnection(
                engine, "HTTP/1.1 200 OK\r\nContent-Length: 16384\r\n\r\n" + "z".repeat(Buffers.PAYLOAD));
    }

    @BothEngines
    void anAnswerThatFillsABufferIsTheEndOfNothing(EngineKind engine) throws Exception {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: 16000\r\nX-Pad: ";
        String pad = "p".repeat(Buffers.PAYLOAD - 16_000 - head.length() - 4);
        fiveAnswersOnOneConnection(engine, head + pad + "\r\n\r\n" + "z".repeat(16_000));
    }

    /** Bytes had come while nobody read, because the client was slow; the end that comes later is seen all the same. */
    @BothEngines
    void aConnectionThatServedASlowClientIsStillWatched(EngineKind engine) throws Exception {
        int size = 24 << 20;
        CountDownLatch hasAll = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.echoingAfter(peer -> {
                    if (peer.request() == null) return;
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n" + "z".repeat(64 * 1024));
                    begun.countDown();
                    for (int left = size - 64 * 1024; left > 0; left -= 64 * 1024) peer.send("z".repeat(64 * 1024));
                    hasAll.await(); // and closes, without having said so
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connectNarrow(rondo.port(), 64 * 1024)) {
            client.send(get("/big"));
            begun.await();
            assertThat(client.answer().body().length()).isEqualTo(size);
            rondo.awaitMetric("rondo_upstream_connections", "state=\"idle\"", 1);
            hasAll.countDown();
            backend.takePeer().awaitScript();
            client.send(post("/p", "x"));
            assertThat(client.answer("POST").body())
                    .as("not sent into the void")
                    .isEqualTo("POST|/p|x");
            assertThat(backend.connections()).isEqualTo(2);
        }
    }

    /** The loop is told by the kernel, before anybody wants the connection. */
    @Test
    void anEndIsSeenWhenItComes() throws Exception {
        CountDownLatch idle = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() == null) return;
                    peer.send(OK);
                    idle.await();
                });
                Balancer rondo = on(EngineKind.EVENT_LOOPS)
                        .loops(1)
                        .backends(backend.port())
                        .start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/"));
            assertThat(client.answer().body()).isEqualTo("ok");
            rondo.awaitMetric("rondo_upstream_connections", "state=\"idle\"", 1);
            idle.countDown();
            rondo.awaitMetric("rondo_upstream_connections", "state=\"idle\"", 0);
        }
    }

    @BothEngines
    void aSecondAnswerBehindTheFirstIsNobodys(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoingAfter(peer -> answerTwice(peer, OK + UNSOLICITED));
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start()) {
            ask(rondo, "/a", "ok");
            backend.takePeer().awaitScript();
            ask(rondo, "/b", "GET|/b|");
            assertThat(backend.requests().stream().map(Request::target)).containsExactly("/a", "/b");
        }
    }

    /** The read that takes the end of the first answer has no room for a byte of the second. */
    @BothEngines
    void aSecondAnswerBehindAFullBufferIsNobodys(EngineKind engine) throws Exception {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: 16000\r\nX-Pad: ";
        String pad = "p".repeat(Buffers.PAYLOAD - 16_000 - head.length() - 4);
        String body = "z".repeat(16_000);
        try (RawBackend backend = RawBackend.echoingAfter(
                        peer -> answerTwice(peer, head + pad + "\r\n\r\n" + body + UNSOLICITED));
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start()) {
            ask(rondo, "/a", body);
            if (engine == EngineKind.EVENT_LOOPS) backend.takePeer().awaitScript();
            ask(rondo, "/b", "GET|/b|");
            assertThat(backend.requests().stream().map(Request::target)).containsExactly("/a", "/b");
        }
    }

    @BothEngines
    void aSecondAnswerThatComesLaterIsNobodys(EngineKind engine) throws Exception {
        CountDownLatch idle = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.echoingAfter(peer -> {
                    if (peer.request() == null) return;
                    peer.send(OK);
                    idle.await();
                    peer.send(UNSOLICITED);
                    assertThat(peer.request()).isNull();
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start()) {
            ask(rondo, "/a", "ok");
            rondo.awaitMetric("rondo_upstream_connections", "state=\"idle\"", 1);
            idle.countDown();
            // the fallback looks when it takes the connection
            if (engine == EngineKind.EVENT_LOOPS) backend.takePeer().awaitScript();
            else KernelQueues.awaitUnread(backend.port(), UNSOLICITED.length());
            ask(rondo, "/b", "GET|/b|");
            assertThat(backend.requests().stream().map(Request::target)).containsExactly("/a", "/b");
        }
    }

    /** Answers one request with {@code raw}, and then takes no other on the same connection. */
    private static void answerTwice(Peer peer, String raw) throws IOException {
        if (peer.request() == null) return;
        peer.send(raw);
        assertThat(peer.request()).as("a request behind an answer too many").isNull();
    }

    private static void ask(Balancer rondo, String target, String body) throws IOException {
        try (RawClient client = RawClient.connect(rondo.port())) {
            client.send(get(target));
            assertThat(client.answer().body()).as(client.transcript()).isEqualTo(body);
        }
    }
}
