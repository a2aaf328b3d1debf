package dev.rondo.chaos;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The balancer's access log as JSON. It is written within half a second. */
final class AccessLog {
    /** One request. Times are milliseconds of the machine's clock. */
    record Line(String id, String method, int status, long begin, String reason, List<Attempt> attempts) {
        boolean wasAt(String backend) {
            return attempts.stream().anyMatch(attempt -> attempt.backend.equals(backend));
        }
    }

    /** One attempt of it. */
    record Attempt(String backend, String outcome, long begin) {}

    private AccessLog() {}

    /** Its lines; a last one that is not whole is left out. */
    static List<Line> read(Path file) throws IOException {
        List<Line> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file)) if (line.endsWith("}")) lines.add(line(line));
        return lines;
    }

    private static Line line(String text) {
        JsonObject json = JsonParser.create(text).readJsonObject();
        long begin = Instant.parse(json.stringValue("time", "")).toEpochMilli();
        List<Attempt> attempts = new ArrayList<>();
        for (JsonValue value : json.arrayValue("attempts").orElseThrow().values()) {
            if (!(value instanceof JsonObject each)) continue;
            attempts.add(new Attempt(
                    each.stringValue("backend", ""),
                    each.stringValue("outcome", ""),
                    begin + (long) each.doubleValue("start_ms", 0)));
        }
        return new Line(
                json.stringValue("request_id", ""),
                json.stringValue("method", ""),
                json.intValue("status", 0),
                begin,
                json.stringValue("reason", ""),
                attempts);
    }
}
