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
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.wire.Buffers;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Upstream connections between two requests: which are kept, and which are found to be gone before they are used. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class IdleUpstreamTest {
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
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.index() > 0) {
                        peer.echo();
                        return;
                    }
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
}
