package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.Bytes;
import dev.rondo.balancer.testkit.KernelQueues;
import dev.rondo.balancer.testkit.Messages;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;

/**
 * A sender that could send a gigabyte, and a receiver that takes little of it. What the sender got rid of is with the
 * receiver, in the kernel's queues, which can be asked, or in Rondo, which must hold less than a megabyte.
 */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class BackPressureTest {
    private static final long GIGABYTE = 1L << 30;
    private static final int TAKEN = 256 * 1024;
    private static final long MOST_IN_RONDO = 1 << 20;
    private static final int NARROW = 64 * 1024;
    private static final byte[] BLOCK = new byte[16 * 1024];

    /** Counts what a sender got rid of; a permit for each block. */
    private static final class Meter {
        final AtomicLong written = new AtomicLong();
        final Semaphore blocks = new Semaphore(0);

        void ran(int bytes) {
            written.addAndGet(bytes);
            blocks.release();
        }

        /** Returns when the sender has got stuck, or is far beyond what all buffers together can hold. */
        void awaitStuck() throws InterruptedException {
            while (written.get() < GIGABYTE / 2 && blocks.tryAcquire(1, TimeUnit.SECONDS)) blocks.drainPermits();
        }
    }

    @BeforeEach
    void theKernelTells() {
        assumeTrue(KernelQueues.known(), "no /proc/net/tcp to ask for the kernel's queues");
    }

    @BothEngines
    void aDownloadWaitsForItsReader(EngineKind engine) throws Exception {
        Meter meter = new Meter();
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() == null) return;
                    peer.socket().setSendBufferSize(NARROW);
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + GIGABYTE + "\r\n\r\n");
                    for (long left = GIGABYTE; left > 0; left -= BLOCK.length) {
                        peer.socket().getOutputStream().write(BLOCK);
                        meter.ran(BLOCK.length);
                    }
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connectNarrow(rondo.port(), NARROW)) {
            client.send(Messages.get("/big"));
            client.bytes(TAKEN);
            meter.awaitStuck();
            holdsLittle(meter, client.total(), backend.port(), client.localPort());
        }
    }

    @BothEngines
    void anUploadWaitsForItsReader(EngineKind engine) throws Exception {
        Meter meter = new Meter();
        AtomicLong taken = new AtomicLong();
        CountDownLatch judged = new CountDownLatch(1);
        CountDownLatch took = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    Request.Head head = peer.head();
                    if (head == null) return;
                    peer.bytes(TAKEN);
                    taken.set(peer.received().length());
                    took.countDown();
                    judged.await();
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connectNarrow(rondo.port(), NARROW)) {
            client.send("POST /big HTTP/1.1\r\nHost: lb.test\r\nContent-Length: " + GIGABYTE + "\r\n\r\n");
            Thread.ofVirtual().start(() -> {
                try {
                    for (long left = GIGABYTE; left > 0; left -= BLOCK.length) {
                        client.write(BLOCK);
                        meter.ran(BLOCK.length);
                    }
                } catch (IOException e) {
                    // the end of the test
                }
            });
            took.await();
            meter.awaitStuck();
            holdsLittle(meter, taken.get(), backend.port(), client.localPort());
            judged.countDown();
        }
    }

    private static void holdsLittle(Meter meter, long taken, int backendPort, int clientPort) throws IOException {
        long written = meter.written.get(); // first: what moves on meanwhile is the kernel's
        long kernel = KernelQueues.bytes(backendPort) + KernelQueues.bytes(clientPort);
        long inRondo = written - taken - kernel;
        assertThat(written).as("bytes the sender got rid of").isLessThan(GIGABYTE / 2);
        assertThat(inRondo)
                .as("written " + written + ", taken " + taken + ", in the kernel " + kernel)
                .isLessThan(MOST_IN_RONDO);
    }

    @BothEngines
    void whatIsHeldBackComesThroughInTheEnd(EngineKind engine) throws Exception {
        int size = 32 << 20;
        String part = "0123456789abcdef".repeat(1024);
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() == null) return;
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
                    for (int left = size; left > 0; left -= part.length()) peer.send(part);
                    peer.awaitEnd();
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connectNarrow(rondo.port(), NARROW)) {
            client.send(Messages.get("/big"));
            String body = client.answer().body();
            assertThat(body.length()).isEqualTo(size);
            for (int at = 0; at < size; at += part.length()) {
                if (!body.startsWith(part, at)) {
                    throw new AssertionError(
                            "wrong bytes at " + at + ": " + Bytes.shown(body.substring(at, Math.min(size, at + 64))));
                }
            }
        }
    }
}
