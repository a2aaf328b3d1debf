package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.Bytes;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.wire.Buffers;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A connection that waits holds no buffer: the memory of a thousand of them, on event loops. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
@Tag("heavy")
class BufferMemoryTest {
    private static final int MANY = 1_000;

    private static final int AT_ONCE = 20;
    private static final String UPGRADE =
            "GET / HTTP/1.1\r\nHost: lb.test\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
    private static final String SWITCHED =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";

    private static final int UPLOADS = 50;
    private static final int UPLOAD = 60_000;

    /** A quarter of what a buffer for each would be. */
    private static final long MOST = MANY * 4L * 1024;

    /** What each connection does before the memory is looked at, and then three times with the memory looked at. */
    private record Play(String head, String answer, String sent, String seen) {
        Play(String head, String answer) {
            this(head, answer, "x", "x");
        }
    }

    private static void holdsLittle(Play play) throws Exception {
        assumeTrue(descriptors() > 4 * MANY + 500, "four ends of 1,000 connections need descriptors");
        Semaphore heads = new Semaphore(0);
        List<CountDownLatch> rounds =
                List.of(new CountDownLatch(MANY), new CountDownLatch(MANY), new CountDownLatch(MANY));
        List<SocketChannel> clients = new ArrayList<>();
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.head() == null) return;
                    peer.send(play.answer);
                    heads.release();
                    for (CountDownLatch round : rounds) {
                        assertThat(peer.bytes(play.seen.length())).isEqualTo(play.seen);
                        round.countDown();
                    }
                    peer.awaitEnd();
                });
                Balancer rondo =
                        on(EngineKind.EVENT_LOOPS).backends(backend.port()).start()) {
            long before = direct();
            for (int i = 0; i < MANY; i++) {
                SocketChannel client =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), rondo.port()));
                clients.add(client);
                client.write(ByteBuffer.wrap(Bytes.of(play.head)));
                // whoever comes in a crowd may hold more for a moment
                if (i % AT_ONCE == AT_ONCE - 1)
                    assertThat(heads.tryAcquire(AT_ONCE, 30, TimeUnit.SECONDS)).isTrue();
            }
            for (SocketChannel client : clients) read(client, play.answer.length());
            for (CountDownLatch round : rounds) {
                for (SocketChannel client : clients) client.write(ByteBuffer.wrap(Bytes.of(play.sent)));
                assertThat(round.await(30, TimeUnit.SECONDS)).isTrue();
                assertThat(direct() - before)
                        .as("direct memory of " + MANY + " connections")
                        .isLessThan(MOST);
            }
        } finally {
            for (SocketChannel client : clients) client.close();
        }
    }

    private static void read(SocketChannel client, int count) throws IOException {
        ByteBuffer room = ByteBuffer.allocate(count);
        while (room.hasRemaining()) if (client.read(room) < 0) throw new EOFException("the balancer hung up");
    }

    @Test
    void uploadsThatDribble() throws Exception {
        holdsLittle(new Play("POST / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 1000000\r\n\r\n", ""));
    }

    @Test
    void chunkedUploadsThatDribble() throws Exception {
        String head = "POST / HTTP/1.1\r\nHost: lb.test\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n";
        holdsLittle(new Play(head, "", "x", "1\r\nx\r\n"));
    }

    @Test
    void tunnels() throws Exception {
        holdsLittle(new Play(UPGRADE, SWITCHED));
    }

    @Test
    void tunnelsWithBytesBehindBothHeads() throws Exception {
        holdsLittle(new Play(UPGRADE + "x", SWITCHED + "y"));
    }

    /** Uploads that might have been sent again, and whose answers have begun: nothing of them is kept. */
    @Test
    void whatCannotBeRepeatedIsNotKept() throws Exception {
        String head = "PUT / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: " + UPLOAD + "\r\n\r\n";
        String begun = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no";
        CountDownLatch over = new CountDownLatch(1);
        List<SocketChannel> clients = new ArrayList<>();
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() == null) return;
                    peer.send(begun);
                    over.await();
                });
                Balancer rondo = on(EngineKind.EVENT_LOOPS)
                        .loops(1)
                        .backends(backend.port())
                        .start()) {
            long before = 0;
            for (int i = 0; i < UPLOADS + 5; i++) {
                if (i == 5) before = direct();
                SocketChannel client =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), rondo.port()));
                clients.add(client);
                client.write(ByteBuffer.wrap(Bytes.of(head)));
                client.write(ByteBuffer.wrap(Bytes.of("x".repeat(UPLOAD))));
                read(client, 12); // its status line
            }
            assertThat(direct() - before)
                    .as("direct memory of " + UPLOADS + " uploads")
                    .isLessThan(UPLOADS * 3L * Buffers.PAYLOAD); // an answer under way holds two, and the copy was four
        } finally {
            over.countDown();
            for (SocketChannel client : clients) client.close();
        }
    }

    private static long direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : 0;
    }
}
