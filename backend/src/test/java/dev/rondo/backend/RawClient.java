package dev.rondo.backend;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Bytes out, bytes in: what it reads of HTTP is only as much as a test needs. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000); // a test that hangs fails
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** A response; {@code body} is after chunked decoding, {@code chunks} the chunks that it came in. */
    record Response(int status, List<String> fields, String body, List<String> chunks) {
        String field(String name) {
            String prefix = name.toLowerCase(java.util.Locale.ROOT) + ": ";
            return fields.stream()
                    .filter(field -> field.toLowerCase(java.util.Locale.ROOT).startsWith(prefix))
                    .map(field -> field.substring(prefix.length()))
                    .reduce((a, b) -> a + ", " + b)
                    .orElse("");
        }
    }

    RawClient send(String bytes) throws IOException {
        return send(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    Response exchange(String method, String target, String body) throws IOException {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        send((method + " " + target + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + length + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8));
        return method.equals("HEAD") ? head() : response();
    }

    /** Reads a head and no body. */
    Response head() throws IOException {
        String status = line();
        List<String> fields = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            fields.add(line);
        }
        return new Response(Integer.parseInt(status.substring(9, 12)), fields, "", List.of());
    }

    Response response() throws IOException {
        Response head = head();
        List<String> chunks = new ArrayList<>();
        String body;
        if (head.field("Transfer-Encoding").equals("chunked")) {
            for (String chunk = chunk(); !chunk.isEmpty(); chunk = chunk()) {
                chunks.add(chunk);
            }
            body = String.join("", chunks);
        } else {
            body = text(Integer.parseInt(head.field("Content-Length")));
        }
        return new Response(head.status(), head.fields(), body, chunks);
    }

    /** The next chunk; empty for the last. */
    String chunk() throws IOException {
        String chunk = text(Integer.parseInt(line(), 16));
        if (!line().isEmpty()) {
            throw new IOException("no line end behind a chunk");
        }
        return chunk;
    }

    String text(int length) throws IOException {
        return new String(bytes(length), StandardCharsets.UTF_8);
    }

    byte[] bytes(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the stream ends after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    /** Everything to the end of the stream; what is reset throws. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the stream ends within a line: " + line.toString(StandardCharsets.ISO_8859_1));
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
