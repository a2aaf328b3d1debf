package dev.rondo.backend;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The endpoints that write a response piece by piece, with one buffer whatever its length. */
final class StreamEndpoints {
    private static final Header OCTETS =
            HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "application/octet-stream");
    private static final Header EVENTS = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "text/event-stream");
    private static final int BUFFER = 16_384;
    private static final long MOST_BYTES = 1L << 50;
    private static final long MOST_PIECES = 1_000_000_000;

    private final String name;
    private final Pauses pauses;
    private final Lifecycle lifecycle;
    private final byte[] pattern = new byte[BUFFER];

    StreamEndpoints(String name, Pauses pauses, Lifecycle lifecycle) {
        this.name = name;
        this.pauses = pauses;
        this.lifecycle = lifecycle;
        for (int i = 0; i < BUFFER; i++) {
            pattern[i] = byteAt(i);
        }
    }

    /** The byte that {@code /bytes} sends at {@code offset}: lines of 63 letters, so that a gap or a repetition shows. */
    static byte byteAt(long offset) {
        int column = (int) (offset % 64);
        return (byte) (column == 63 ? '\n' : 'A' + column % 32);
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint(
                        List.of("GET", "HEAD"),
                        "/bytes/{n}",
                        "",
                        "That many bytes with a Content-Length, up to 1 PiB, in constant memory.",
                        "curl -o /dev/null URL/bytes/1000000000",
                        this::bytes),
                new Endpoint(
                        List.of("GET"),
                        "/stream",
                        "?chunks=10&delay=100ms",
                        "Chunks, one line each, with a delay between them.",
                        "curl -N 'URL/stream?chunks=5&delay=1s'",
                        this::stream),
                new Endpoint(
                        List.of("GET"),
                        "/sse",
                        "?events=&delay=1s",
                        "Server-sent events; without events= until the client or the server ends.",
                        "curl -N URL/sse",
                        this::events));
    }

    private void bytes(ServerRequest request, ServerResponse response) throws IOException {
        long length = Parameters.number(
                "the number of bytes in the path",
                request.path().pathParameters().get("n"),
                0,
                MOST_BYTES);
        response.header(OCTETS);
        response.contentLength(length);
        if (length == 0 || request.prologue().method().equals(Method.HEAD)) {
            response.send();
            return;
        }
        try (OutputStream out = response.outputStream()) {
            for (long sent = 0; sent < length; sent += BUFFER) {
                out.write(pattern, 0, (int) Math.min(BUFFER, length - sent));
            }
        }
    }

    private void stream(ServerRequest request, ServerResponse response) throws IOException, InterruptedException {
        Map<String, String> query = Parameters.query(request, List.of("chunks", "delay"));
        long chunks = Parameters.number("chunks", query.getOrDefault("chunks", "10"), 1, MOST_PIECES);
        Duration delay = Parameters.duration("delay", query.getOrDefault("delay", "100ms"));
        response.header(Answers.PLAIN);
        try (OutputStream out = response.outputStream()) {
            for (long chunk = 1; chunk <= chunks; chunk++) {
                if (chunk > 1) {
                    pauses.pause(delay);
                }
                write(out, name + " chunk " + chunk + " of " + chunks + "\n");
            }
        }
    }

    private void events(ServerRequest request, ServerResponse response) throws IOException, InterruptedException {
        Map<String, String> query = Parameters.query(request, List.of("events", "delay"));
        long events =
                Parameters.number("events", query.getOrDefault("events", String.valueOf(MOST_PIECES)), 1, MOST_PIECES);
        Duration delay = Parameters.duration("delay", query.getOrDefault("delay", "1s"));
        response.header(EVENTS);
        response.header(Answers.NOT_STORED);
        try (OutputStream out = response.outputStream()) {
            for (long event = 1; event <= events; event++) {
                write(out, "id: " + event + "\nevent: tick\ndata: " + name + " event " + event + "\n\n");
                if (event < events && lifecycle.awaitDrain(delay)) {
                    return; // the reader connects again, elsewhere
                }
            }
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
