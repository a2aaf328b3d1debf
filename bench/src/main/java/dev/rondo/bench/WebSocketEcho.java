package dev.rondo.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A backend on a thread of the bench that speaks enough of RFC 6455 to echo short messages. */
final class WebSocketEcho implements AutoCloseable {
    private static final Pattern KEY = Pattern.compile("(?im)^sec-websocket-key: *(\\S+) *$");
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 §1.3
    private static final int MASKED_HEAD = 6;

    private final Selector selector = Selector.open();
    private final ServerSocketChannel server = ServerSocketChannel.open();

    WebSocketEcho() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        Thread.ofPlatform().daemon().name("websocket-echo").start(this::run);
    }

    String address() throws IOException {
        return "127.0.0.1:" + ((InetSocketAddress) server.getLocalAddress()).getPort();
    }

    private static final class Connection {
        private final SocketChannel channel;
        private final ByteBuffer in = ByteBuffer.allocate(8192);
        private final ByteBuffer out = ByteBuffer.allocateDirect(8192);
        private boolean upgraded;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }

        /** Whether it stays open. */
        boolean serve() throws IOException {
            if (channel.read(in) < 0) return false;
            in.flip();
            out.clear();
            boolean open = upgraded || greet();
            if (upgraded) echo();
            in.compact();
            out.flip();
            while (out.hasRemaining()) {
                int unused = channel.write(out); // short messages, one under way: there is always room
            }
            return open;
        }

        private boolean greet() {
            String text = new String(in.array(), 0, in.limit(), StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end < 0) return true;
            in.position(end + 4);
            Matcher key = KEY.matcher(text.substring(0, end));
            if (!text.toLowerCase(Locale.ROOT).contains("upgrade: websocket") || !key.find()) {
                out.put(ascii("HTTP/1.1 426 Upgrade Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
                return false;
            }
            upgraded = true;
            out.put(ascii("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Accept: " + accept(key.group(1)) + "\r\n\r\n"));
            return true;
        }

        /** Frames under 126 bytes, which is all that is sent here. */
        private void echo() {
            while (in.remaining() >= MASKED_HEAD) {
                int at = in.position();
                int length = in.get(at + 1) & 0x7f;
                if (in.remaining() < MASKED_HEAD + length) return;
                out.put(in.get(at)).put((byte) length);
                for (int i = 0; i < length; i++) {
                    out.put((byte) (in.get(at + MASKED_HEAD + i) ^ in.get(at + 2 + i % 4)));
                }
                in.position(at + MASKED_HEAD + length);
            }
        }

        private static String accept(String key) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-1").digest(ascii(key + MAGIC));
                return Base64.getEncoder().encodeToString(digest);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e); // every JDK has it
            }
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                int unused = selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    if (key.isValid()) turn(key);
                }
                selector.selectedKeys().clear();
            }
        } catch (IOException | java.nio.channels.ClosedSelectorException e) {
            // closed: the bench is at its end
        }
    }

    private void turn(SelectionKey key) throws IOException {
        if (key.isAcceptable()) {
            SocketChannel channel = server.accept();
            if (channel == null) return;
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, new Connection(channel));
            return;
        }
        Connection connection = (Connection) key.attachment();
        boolean open;
        try {
            open = connection.serve();
        } catch (IOException e) {
            open = false;
        }
        if (!open) connection.channel.close();
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) key.channel().close();
        selector.close();
    }
}
