package dev.rondo.chaos;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** WebSocket connections, each of which sends a message now and then and expects it back. */
final class Tunnels {
    private static final int SIZE = 64;
    private static final String REQUEST = """
            GET /ws HTTP/1.1\r
            Host: chaos\r
            Connection: Upgrade\r
            Upgrade: websocket\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            \r
            """;

    private final AtomicLong echoes = new AtomicLong();
    private final AtomicLong broken = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ended;

    /** Opens that many. */
    Tunnels(int port, int count) {
        for (int i = 0; i < count; i++) {
            byte number = (byte) i;
            threads.add(Thread.ofVirtual().start(() -> talk(port, number)));
        }
    }

    private void talk(int port, byte number) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) head.append((char) in.readUnsignedByte());
            if (!head.toString().startsWith("HTTP/1.1 101 ")) throw new IOException(head.toString());
            byte[] message = new byte[SIZE];
            byte[] echo = new byte[SIZE];
            while (!ended) {
                Arrays.fill(message, number++);
                socket.getOutputStream().write(message);
                in.readFully(echo);
                if (!Arrays.equals(message, echo)) throw new IOException("another message came back");
                echoes.incrementAndGet();
                Clock.pass(Duration.ofMillis(20));
            }
        } catch (IOException | InterruptedException e) {
            broken.incrementAndGet();
        }
    }

    /** Ends them; gives how many had ended before, or got back what they had not sent. */
    long end() throws InterruptedException {
        ended = true;
        for (Thread thread : threads) thread.join();
        return broken.get();
    }

    long echoes() {
        return echoes.get();
    }
}
