package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.wire.Engine;
import dev.rondo.balancer.wire.Lane;
import dev.rondo.balancer.wire.Ticker;
import dev.rondo.balancer.wire.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A connection that never has to wait must not keep its loop from the others. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class SharingTest {
    private static final int ANSWERS = 50;
    private static final int A_LITTLE = 1024;
    private static final byte[] BLOCK = new byte[256 * 1024];

    /** Far more than goes through while the others get their answers; each stream ends with its test. */
    private static final long ENDLESS = 1L << 40;

    /** Open when so many blocks of a test's stream have come to its end. */
    private final CountDownLatch flows = new CountDownLatch(64);

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

    /** Runs {@code block} for each block of a stream, beside the test and until its end. */
    private static void endlessly(Step block) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                for (long left = ENDLESS; left > 0; left -= BLOCK.length) block.run();
            } catch (IOException e) {
                // the end of the test
            }
        });
    }

    /** What lies in the kernel is enough for many reads without a wait; the other's byte is sent at the first of them. */
    @Test
    void aReaderThatNeverWaitsGivesWay() throws Exception {
        LinkedBlockingQueue<String> finished = new LinkedBlockingQueue<>();
        try (ServerSocketChannel listener =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel full = SocketChannel.open(listener.getLocalAddress());
                SocketChannel fullEnd = listener.accept();
                SocketChannel other = SocketChannel.open(listener.getLocalAddress());
                SocketChannel otherEnd = listener.accept();
                Engine engine = Engine.start(EngineKind.EVENT_LOOPS, 1, Ticker.SYSTEM)) {
            int waiting = 48 * 1024;
            full.write(ByteBuffer.wrap(new byte[waiting]));
            Lane lane = engine.lanes().getFirst();
            lane.start(() -> {
                finished.add(read(lane, otherEnd, 1, () -> {}) + " by the other");
            });
            lane.start(() -> {
                finished.add(read(lane, fullEnd, waiting, () -> other.write(ByteBuffer.wrap(new byte[1])))
                        + " by the reader");
            });
            assertThat(finished.poll(12, TimeUnit.SECONDS)).isEqualTo("1 by the other");
            assertThat(finished.poll(12, TimeUnit.SECONDS)).isEqualTo(waiting + " by the reader");
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private static String read(Lane lane, SocketChannel from, int count, Step afterTheFirst) {
        try {
            Wire wire = lane.adopt(from);
            ByteBuffer room = ByteBuffer.allocateDirect(A_LITTLE);
            int total = wire.read(room, Wire.FOREVER);
            afterTheFirst.run();
            while (total < count) total += wire.read(room.clear(), Wire.FOREVER);
            return String.valueOf(total);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @FunctionalInterface
    private interface Stream {
        void begin(RawClient client) throws IOException;
    }

    /** Begins a stream between a client and the backend's {@code end}; when it flows, another client is served. */
    private void besideAStream(EngineKind engine, RawBackend.Script end, Stream stream) throws Exception {
        try (RawBackend backend = RawBackend.echoingAfter(end);
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connectNarrow(rondo.port(), 4 << 20)) {
            stream.begin(client);
            flows.await();
            othersAreServed(rondo);
        }
    }

    @BothEngines
    void aDownload(EngineKind engine) throws Exception {
        besideAStream(
                engine,
                peer -> {
                    if (peer.request() == null) return;
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + ENDLESS + "\r\n\r\n");
                    send(peer.socket());
                },
                client -> {
                    client.send(get("/endless"));
                    endlessly(() -> {
                        client.bytes(BLOCK.length);
                        flows.countDown();
                    });
                });
    }

    @BothEngines
    void anUpload(EngineKind engine) throws Exception {
        besideAStream(
                engine,
                peer -> {
                    if (peer.head() != null) drain(peer.socket());
                },
                client -> {
                    client.send("POST /endless HTTP/1.1\r\nHost: lb.test\r\nContent-Length: " + ENDLESS + "\r\n\r\n");
                    endlessly(() -> client.write(BLOCK));
                });
    }

    @BothEngines
    void aTunnel(EngineKind engine) throws Exception {
        besideAStream(
                engine,
                peer -> {
                    if (peer.request() == null) return;
                    peer.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
                    drain(peer.socket());
                },
                client -> {
                    client.send("GET / HTTP/1.1\r\nHost: lb.test\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
                    assertThat(client.answer().status()).isEqualTo(101);
                    endlessly(() -> client.write(BLOCK));
                });
    }

    private void drain(java.net.Socket socket) throws IOException {
        byte[] room = new byte[BLOCK.length];
        for (long left = ENDLESS; left > 0; left -= room.length) {
            if (socket.getInputStream().readNBytes(room, 0, room.length) < room.length) return;
            flows.countDown();
        }
    }
}
