package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** A connection that never has to wait must not keep its loop from the others. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class SharingTest {
    private static final int ANSWERS = 50;
    private static final byte[] BLOCK = new byte[256 * 1024];

    /** Far more than goes through while the others get their answers; each stream ends with its test. */
    private static final long ENDLESS = 1L << 40;

    /** Many answers for another client of the same loop. */
    private static void othersAreServed(Balancer rondo) throws IOException {
        try (RawClient other = RawClient.connect(rondo.port())) {
            for (int i = 0; i < ANSWERS; i++) {
                other.send(get("/" + i));
                assertThat(other.answer().body()).isEqualTo("GET|/" + i + "|");
            }
        }
    }

    private static void send(java.net.Socket socket) throws IOException {
        for (long left = ENDLESS; left > 0; left -= BLOCK.length)
            socket.getOutputStream().write(BLOCK);
    }

    private static void swallow(RawClient client, CountDownLatch flows) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                for (long left = ENDLESS; left > 0; left -= BLOCK.length) {
                    client.bytes(BLOCK.length);
                    flows.countDown();
                }
            } catch (IOException e) {
                // the end of the test
            }
        });
    }

    @BothEngines
    void aDownload(EngineKind engine) throws Exception {
        CountDownLatch flows = new CountDownLatch(64);
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.index() > 0) {
                        peer.echo();
                        return;
                    }
                    if (peer.request() == null) return;
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + ENDLESS + "\r\n\r\n");
                    send(peer.socket());
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connectNarrow(rondo.port(), 4 << 20)) {
            client.send(get("/endless"));
            swallow(client, flows);
            flows.await();
            othersAreServed(rondo);
        }
    }

    @BothEngines
    void anUpload(EngineKind engine) throws Exception {
        CountDownLatch flows = new CountDownLatch(64);
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.index() > 0) {
                        peer.echo();
                        return;
                    }
                    if (peer.head() == null) return;
                    drain(peer.socket(), flows);
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connectNarrow(rondo.port(), 4 << 20)) {
            client.send("POST /endless HTTP/1.1\r\nHost: lb.test\r\nContent-Length: " + ENDLESS + "\r\n\r\n");
            pour(client);
            flows.await();
            othersAreServed(rondo);
        }
    }

    @BothEngines
    void aTunnel(EngineKind engine) throws Exception {
        CountDownLatch flows = new CountDownLatch(64);
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.index() > 0) {
                        peer.echo();
                        return;
                    }
                    if (peer.request() == null) return;
                    peer.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
                    drain(peer.socket(), flows);
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connectNarrow(rondo.port(), 4 << 20)) {
            client.send("GET / HTTP/1.1\r\nHost: lb.test\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(101);
            pour(client);
            flows.await();
            othersAreServed(rondo);
        }
    }

    private static void pour(RawClient client) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                for (long left = ENDLESS; left > 0; left -= BLOCK.length) client.write(BLOCK);
            } catch (IOException e) {
                // the end of the test
            }
        });
    }

    private static void drain(java.net.Socket socket, CountDownLatch flows) throws IOException {
        byte[] room = new byte[BLOCK.length];
        for (long left = ENDLESS; left > 0; left -= room.length) {
            if (socket.getInputStream().readNBytes(room, 0, room.length) < room.length) return;
            flows.countDown();
        }
    }
}
