package dev.rondo.backend;

import io.helidon.http.Header;
import io.helidon.http.HttpPrologue;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The endpoints whose responses are whole when they are sent. */
final class PlainEndpoints {
    /** The largest body that {@code /echo} gives back, in bytes. */
    static final int ECHO_LIMIT = 1 << 20;

    private final String name;
    private final byte[] greeting;
    private final Pauses pauses;

    PlainEndpoints(String name, Pauses pauses) {
        this.name = name;
        this.greeting = name.getBytes(StandardCharsets.US_ASCII);
        this.pauses = pauses;
    }

    List<Endpoint> endpoints() {
        List<String> reads = List.of("GET", "HEAD");
        return List.of(
                new Endpoint(reads, "/", "", "The server's name as plain text.", "curl URL/", this::greet),
                new Endpoint(
                        List.of(),
                        "/echo",
                        "",
                        "Method, target, fields and body of the request back as JSON; any method, bodies up to 1 MiB.",
                        "curl -d hello 'URL/echo?a=b'",
                        this::echo),
                new Endpoint(
                        reads,
                        "/delay/{ms}",
                        "",
                        "Answers after that many milliseconds (or 2s, 1m; at most 1h).",
                        "curl URL/delay/250",
                        this::delay),
                new Endpoint(
                        List.of(),
                        "/status/{code}",
                        "",
                        "Answers with that status, 200 to 599; any method.",
                        "curl -i URL/status/503",
                        this::status));
    }

    private void greet(ServerRequest request, ServerResponse response) {
        Answers.send(request, response, Status.OK_200, Answers.PLAIN, greeting);
    }

    private void delay(ServerRequest request, ServerResponse response) throws InterruptedException {
        Duration delay = Parameters.duration(
                "the delay in the path", request.path().pathParameters().get("ms"));
        pauses.pause(delay);
        Answers.text(request, response, Status.OK_200, name + " after " + delay.toMillis() + " ms\n");
    }

    private void status(ServerRequest request, ServerResponse response) {
        int code = (int) Parameters.number(
                "the status in the path", request.path().pathParameters().get("code"), 200, 599);
        Status status = Status.create(code);
        if (code == 204 || code == 205 || code == 304) { // RFC 9110 §15.3.5, §15.3.6, §15.4.5: no content
            response.status(status).send();
        } else {
            Answers.text(request, response, status, (name + ": " + code + " " + status.reasonPhrase()).strip() + "\n");
        }
    }

    private void echo(ServerRequest request, ServerResponse response) throws IOException {
        byte[] body = body(request, ECHO_LIMIT);
        HttpPrologue prologue = request.prologue();
        JsonObject.Builder json = JsonObject.builder()
                .set("server", name)
                .set("client", RequestFilter.client(request.remotePeer().address()))
                .set("method", prologue.method().text())
                .set("target", RequestFilter.target(prologue))
                .set("version", prologue.rawProtocol())
                .set("fields", fields(request));
        try {
            json.set(
                    "body",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(body))
                            .toString());
            json.set("bodyEncoding", "utf-8");
        } catch (CharacterCodingException e) {
            json.set("body", Base64.getEncoder().encodeToString(body));
            json.set("bodyEncoding", "base64");
        }
        json.set("bodyBytes", body.length);
        Answers.json(request, response, Status.OK_200, json.build());
    }

    private static JsonArray fields(ServerRequest request) {
        List<JsonObject> fields = new ArrayList<>();
        for (Header header : request.headers()) {
            for (String value : header.allValues()) {
                fields.add(JsonObject.builder()
                        .set("name", header.name())
                        .set("value", value)
                        .build());
            }
        }
        return JsonArray.create(fields);
    }

    /**
     * The body of {@code request}. One that is too long is read to its end and thrown away, so that its sender sees the answer
     * and the connection can stay.
     *
     * @throws Refusal with 413 when it is longer than {@code limit}
     */
    static byte[] body(ServerRequest request, int limit) throws IOException {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        InputStream in = request.content().inputStream(); // not closed: closing reads on, also behind what is malformed
        try {
            byte[] body = in.readNBytes(limit + 1);
            if (body.length > limit) {
                byte[] waste = new byte[16_384];
                while (in.read(waste) >= 0) {
                    // thrown away
                }
                throw new Refusal(
                        Status.REQUEST_ENTITY_TOO_LARGE_413, "the body is longer than " + limit + " bytes: send less");
            }
            return body;
        } catch (RequestException e) { // Helidon would now wait for the rest of a body that it cannot read
            throw new Refusal(Status.BAD_REQUEST_400, "the body cannot be read: " + e.getMessage());
        }
    }
}
