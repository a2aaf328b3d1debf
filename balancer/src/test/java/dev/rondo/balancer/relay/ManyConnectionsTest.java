package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Thousands of clients that send a byte now and then. */
@Tag("heavy")
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class ManyConnectionsTest {
    private static final int SLOW = 5_000;
    private static final int HONEST = 200;
    private static final int BYTES_EACH = 16 * 1024;

    @BothEngines
    void slowClientsAreCheapAndInNobodysWay(EngineKind engine) throws Exception {
        assumeTrue(descriptors() > 2 * SLOW + 500, "both ends of 5,000 connections need descriptors");
        List<SocketChannel> slow = new ArrayList<>();
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = on(engine)
                        .requestHead(Duration.ofMinutes(5))
                        .backends(backend.port())
                        .start()) {
            honest(rondo.port());
            long before = used();
            for (int i = 0; i < SLOW; i++) slow.add(open(rondo.port()));
            byte[] head = get("/slow").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            for (int round = 0; round < 3; round++) {
                for (SocketChannel channel : slow) channel.write(ByteBuffer.wrap(head, round, 1));
                honest(rondo.port());
            }
            assertThat((used() - before) / SLOW).as("bytes of heap for each").isLessThan(BYTES_EACH);
            // They were not forgotten: each may finish its request.
            for (SocketChannel channel : slow.subList(0, 50)) {
                channel.write(ByteBuffer.wrap(head, 3, head.length - 3));
                ByteBuffer answer = ByteBuffer.allocate(12);
                while (answer.hasRemaining() && channel.read(answer) >= 0) {}
                assertThat(new String(answer.array(), java.nio.charset.StandardCharsets.ISO_8859_1))
                        .isEqualTo("HTTP/1.1 200");
            }
        } finally {
            for (SocketChannel channel : slow) channel.close();
        }
    }

    private static void honest(int port) throws IOException {
        try (RawClient client = RawClient.connect(port)) {
            for (int i = 0; i < HONEST; i++) {
                client.send(get("/" + i));
                assertThat(client.answer().body()).isEqualTo("GET|/" + i + "|");
            }
        }
    }

    private static SocketChannel open(int port) throws IOException {
        return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : 0;
    }

    /** Bytes of live heap, the garbage of the test itself collected. */
    private static long used() {
        for (int i = 0; i < 3; i++) ManagementFactory.getMemoryMXBean().gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
