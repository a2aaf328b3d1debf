package dev.rondo.balancer.telemetry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object a line, with the same members in the same order each time; null where there is nothing. Strings hold one
 * character for each byte that was sent.
 */
record JsonLine() implements LineFormat {
    @Override
    public void append(Exchange exchange, LineBuffer out) {
        out.text("{\"time\":\"");
        Timestamp.iso(exchange.startMillis(), out);
        out.text("\",\"client\":").json(exchange.client());
        out.text(",\"method\":").json(exchange.method());
        out.text(",\"target\":").json(exchange.target());
        out.text(",\"version\":").json(exchange.version());
        orNull(",\"host\":", exchange.host(), out);
        orNull(",\"referer\":", exchange.referer(), out);
        orNull(",\"user_agent\":", exchange.userAgent(), out);
        out.text(",\"status\":").number(exchange.status());
        out.text(",\"bytes_in\":").number(exchange.bytesIn());
        out.text(",\"bytes_out\":").number(exchange.bytesOut());
        out.text(",\"duration_ms\":").millis(exchange.durationNanos());
        attempts(exchange, out);
        out.text(",\"request_id\":").json(exchange.requestId());
        orNull(",\"trace_id\":", exchange.traceId(), out);
        out.text(",\"ended_by\":\"").text(exchange.reason().party().word());
        out.text("\",\"reason\":\"").text(exchange.reason().word()).text("\"}\n");
    }

    /** Upstream duration and backend are those of the last attempt: the one that the client's answer came from. */
    private static void attempts(Exchange exchange, LineBuffer out) {
        List<Attempt> attempts = exchange.attempts();
        if (attempts.isEmpty()) {
            out.text(",\"upstream_duration_ms\":null");
            orNull(",\"pool\":", exchange.pool(), out);
            out.text(",\"backend\":null,\"attempts\":[]");
            return;
        }
        Attempt last = attempts.getLast();
        out.text(",\"upstream_duration_ms\":").millis(last.durationNanos());
        orNull(",\"pool\":", exchange.pool(), out);
        out.text(",\"backend\":").json(last.backend().backend());
        char before = '[';
        out.text(",\"attempts\":");
        for (Attempt attempt : attempts) {
            out.one(before);
            attempt(attempt, out);
            before = ',';
        }
        out.one(']');
    }

    private static void attempt(Attempt attempt, LineBuffer out) {
        out.text("{\"backend\":").json(attempt.backend().backend());
        orNull(",\"address\":", attempt.address().isEmpty() ? null : attempt.address(), out);
        out.text(",\"reused\":").text(attempt.reused() ? "true" : "false");
        out.text(",\"outcome\":\"").text(attempt.outcome().word()).one('"');
        if (attempt.status() == 0) {
            out.text(",\"status\":null");
        } else {
            out.text(",\"status\":").number(attempt.status());
        }
        out.text(",\"start_ms\":").millis(attempt.startNanos());
        out.text(",\"duration_ms\":").millis(attempt.durationNanos()).one('}');
    }

    private static void orNull(String name, @Nullable String value, LineBuffer out) {
        out.text(name);
        if (value == null) {
            out.text("null");
        } else {
            out.json(value);
        }
    }
}
