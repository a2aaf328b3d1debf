package dev.rondo.balancer.admin;

import dev.rondo.balancer.telemetry.Attempt;
import dev.rondo.balancer.telemetry.Exchange;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges as JSON: the schema {@code Decision} of {@code docs/openapi.yaml}. As in the access log, strings that a client sent
 * hold one character for each byte.
 */
final class DecisionJson {
    private DecisionJson() {}

    static JsonObject of(Exchange exchange) {
        JsonObject.Builder out = JsonObject.builder()
                .set("time", Instant.ofEpochMilli(exchange.startMillis()).toString())
                .set("requestId", exchange.requestId());
        orNull(out, "traceId", exchange.traceId());
        out.set("client", exchange.client())
                .set("method", exchange.method())
                .set("target", exchange.target())
                .set("version", exchange.version());
        orNull(out, "host", exchange.host());
        orNull(out, "pool", exchange.pool());
        return out.set("status", exchange.status())
                .set("bytesIn", exchange.bytesIn())
                .set("bytesOut", exchange.bytesOut())
                .set("durationMs", Millis.of(exchange.durationNanos()))
                .set("endedBy", exchange.reason().party().word())
                .set("reason", exchange.reason().word())
                .set(
                        "attempts",
                        JsonArray.create(exchange.attempts().stream()
                                .map(DecisionJson::of)
                                .toList()))
                .build();
    }

    private static JsonObject of(Attempt attempt) {
        JsonObject.Builder out =
                JsonObject.builder().set("backend", attempt.backend().backend());
        orNull(out, "address", attempt.address().isEmpty() ? null : attempt.address());
        out.set("reused", attempt.reused()).set("outcome", attempt.outcome().word());
        if (attempt.status() == 0) out.setNull("status");
        else out.set("status", attempt.status());
        return out.set("startMs", Millis.of(attempt.startNanos()))
                .set("durationMs", Millis.of(attempt.durationNanos()))
                .build();
    }

    /** Sets {@code name}, which stands there in any case. */
    static void orNull(JsonObject.Builder out, String name, @Nullable String value) {
        if (value == null) out.setNull(name);
        else out.set(name, value);
    }
}
