package dev.rondo.backend;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.json.JsonObject;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;

/** Sends whole responses. Each has its length set, so that HEAD tells it and a fault can cut the body short of it. */
final class Answers {
    static final Header PLAIN = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
    static final Header JSON = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "application/json");
    static final Header NOT_STORED = HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store");

    private Answers() {}

    static void text(ServerRequest request, ServerResponse response, Status status, String text) {
        send(request, response, status, PLAIN, text.getBytes(StandardCharsets.UTF_8));
    }

    static void json(ServerRequest request, ServerResponse response, Status status, JsonObject json) {
        response.header(NOT_STORED);
        send(request, response, status, JSON, (json + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static void send(ServerRequest request, ServerResponse response, Status status, Header type, byte[] body) {
        response.status(status);
        response.header(type);
        response.contentLength(body.length);
        if (request.prologue().method().equals(Method.HEAD)) {
            response.send();
        } else {
            response.send(body);
        }
    }
}
