package dev.rondo.backend;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a request to {@code /upgrade} becomes a tunnel, and tells those that do not why. Helidon asks {@link Upgrades}
 * first; a request that it leaves alone arrives here as any other.
 */
final class UpgradeEndpoint {
    static final String PATH = "/upgrade";

    private static final String WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 §1.3
    private static final HeaderName KEY = HeaderNames.create("Sec-WebSocket-Key");
    private static final HeaderName VERSION = HeaderNames.create("Sec-WebSocket-Version");

    private UpgradeEndpoint() {}

    static List<Endpoint> endpoints() {
        return List.of(new Endpoint(
                List.of("GET"),
                PATH,
                "",
                "Becomes a tunnel that echoes: WebSocket (Upgrade: websocket) or raw bytes (Upgrade: echo).",
                "curl -i -N -m 2 -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13'"
                        + " -H 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' URL/upgrade",
                UpgradeEndpoint::explain));
    }

    /** What keeps a request with these fields from becoming a tunnel, or null when nothing does. */
    static @Nullable Refusal obstacle(Headers headers) {
        String protocol = only(headers, HeaderNames.UPGRADE);
        if (!protocol.equalsIgnoreCase("websocket") && !protocol.equalsIgnoreCase("echo")) {
            return new Refusal(Status.create(426), "this is for upgrades: send Upgrade: websocket or Upgrade: echo");
        }
        if (headers.values(HeaderNames.CONNECTION).stream()
                .flatMap(value -> List.of(value.split(",", -1)).stream())
                .noneMatch(option -> option.strip().equalsIgnoreCase("upgrade"))) {
            return Refusal.badRequest("Connection: Upgrade is missing beside Upgrade (RFC 9110 section 7.8)");
        }
        if (protocol.equalsIgnoreCase("echo")) {
            return null;
        }
        if (!only(headers, VERSION).equals("13")) {
            return new Refusal(Status.create(426), "Sec-WebSocket-Version must be 13 (RFC 6455 section 4.2.1)");
        }
        if (!isKey(only(headers, KEY))) {
            return Refusal.badRequest("Sec-WebSocket-Key must be 16 bytes in base64 (RFC 6455 section 4.2.1)");
        }
        return null;
    }

    /** The value of {@code Sec-WebSocket-Accept} for a request without obstacle, RFC 6455 §4.2.2. */
    static String accept(Headers headers) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((only(headers, KEY) + WEBSOCKET_GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    private static void explain(ServerRequest request, ServerResponse response) {
        Refusal obstacle = obstacle(request.headers());
        if (obstacle == null) {
            obstacle = Refusal.badRequest(
                    request.content().hasEntity()
                            ? "a request that upgrades must not have a body"
                            : "write the Upgrade field as websocket or echo, in small letters");
        }
        if (obstacle.status().code() == 426) { // RFC 9110 §15.5.22
            response.header(HeaderNames.UPGRADE, "websocket, echo");
            response.header(HeaderNames.CONNECTION, "Upgrade");
            response.header(HeaderValues.create(VERSION, "13"));
        }
        Answers.text(request, response, obstacle.status(), obstacle.sentence() + "\n");
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == 16 && key.length() == 24;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The field's only value, without the blanks around it, or an empty text. */
    private static String only(Headers headers, HeaderName name) {
        List<String> values = headers.all(name, List::of);
        return values.size() == 1 ? values.getFirst().strip() : "";
    }
}
