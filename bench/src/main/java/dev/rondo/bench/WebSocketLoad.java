package dev.rondo.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** WebSocket clients on one thread, each sending a message of 64 bytes when the last has come back. */
record WebSocketLoad(int port, int connections) {
    /**
     * What came of it.
     *
     * @param p50 µs from a message to its echo
     * @param p99 the same
     * @param errors connections that ended, and echoes that are none
     */
    record Counted(long messages, double seconds, int p50, int p99, long errors) {}

    private static final int PAYLOAD = 64;
    private static final int ECHO = 2 + PAYLOAD;
    private static final int LONGEST_MICROS = 1_000_000;
    private static final String REQUEST = """
            GET / HTTP/1.1\r
            Host: localhost\r
            Connection: Upgrade\r
            Upgrade: websocket\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            \r
            """;

    private static final class Client {
        private final SocketChannel channel;
        private final ByteBuffer frame = ByteBuffer.allocateDirect(6 + PAYLOAD);
        private final ByteBuffer echo = ByteBuffer.allocateDirect(ECHO);
        private long sent;

        Client(SocketChannel channel) {
            this.channel = channel;
            frame.put((byte) 0x82).put((byte) (0x80 | PAYLOAD)).putInt(0x5a17c30f);
            for (int i = 0; i < PAYLOAD; i++) frame.put((byte) (i ^ 0x5a17c30f >>> (24 - 8 * (i % 4))));
        }

        void send() throws IOException {
            frame.rewind();
            while (frame.hasRemaining()) {
                int unused = channel.write(frame); // one small frame is under way: there is always room
            }
            sent = System.nanoTime();
        }

        /** Whether the echo is whole. */
        boolean receive() throws IOException {
            if (channel.read(echo) < 0) throw new IOException("the proxy closed the connection");
            return !echo.hasRemaining();
        }

        boolean isRight() {
            echo.clear();
            return echo.get(0) == (byte) 0x82 && echo.get(1) == PAYLOAD && echo.get(ECHO - 1) == PAYLOAD - 1;
        }
    }

    Counted run(int seconds) throws IOException, BenchException {
        int[] micros = new int[LONGEST_MICROS + 1];
        long messages = 0;
        long errors = 0;
        try (Selector selector = Selector.open()) {
            try {
                for (int i = 0; i < connections; i++) connect(selector);
                long begin = System.nanoTime();
                long end = begin + TimeUnit.SECONDS.toNanos(seconds);
                for (SelectionKey key : selector.keys()) ((Client) key.attachment()).send();
                while (System.nanoTime() < end) {
                    int unused = selector.select(100);
                    for (SelectionKey key : selector.selectedKeys()) {
                        Client client = (Client) key.attachment();
                        try {
                            if (!client.receive()) continue;
                            micros[(int) Math.min((System.nanoTime() - client.sent) / 1_000, LONGEST_MICROS)]++;
                            messages++;
                            if (!client.isRight()) errors++;
                            client.send();
                        } catch (IOException e) {
                            errors++;
                            key.cancel();
                        }
                    }
                    selector.selectedKeys().clear();
                }
                double took = (System.nanoTime() - begin) / 1e9;
                return new Counted(
                        messages, took, percentile(micros, messages, 50), percentile(micros, messages, 99), errors);
            } finally {
                for (SelectionKey key : selector.keys()) key.channel().close();
            }
        }
    }

    private void connect(Selector selector) throws IOException, BenchException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            int unused = channel.write(ByteBuffer.wrap(REQUEST.getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(4096);
            String head = "";
            while (!head.endsWith("\r\n\r\n")) {
                if (channel.read(answer) <= 0) throw new BenchException("the upgrade was not answered: " + head);
                head = new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
            }
            if (!head.startsWith("HTTP/1.1 101 ")) throw new BenchException("the upgrade was refused: " + head);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, new Client(channel));
        } catch (IOException | BenchException e) {
            channel.close();
            throw e;
        }
    }

    private static int percentile(int[] micros, long messages, int percent) {
        long rank = messages * percent / 100;
        long seen = 0;
        for (int i = 0; i < micros.length; i++) {
            seen += micros[i];
            if (seen > rank) return i;
        }
        return 0;
    }
}
