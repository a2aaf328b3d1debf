package dev.rondo.chaos;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonValue;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A {@code rondo prove} that is under way. */
final class Load {
    /** Of a client that has begun cold; latencies of this time are its own. Rows that judge any run that much longer. */
    static final Duration WARM_UP = Duration.ofSeconds(2);

    private final Process process;
    private final Path out;

    private Load(Process process, Path out) {
        this.process = process;
        this.out = out;
    }

    /** {@code options}, and those that make a load run so long after it is warm. */
    static String[] warmFor(long seconds, String... options) {
        List<String> words = new ArrayList<>(List.of(options));
        words.addAll(List.of("--duration", WARM_UP.plusSeconds(seconds).toMillis() + "ms"));
        return words.toArray(String[]::new);
    }

    /** Starts it; returns when it may have begun. {@code prefix} is that of its requests' ids. */
    static Load start(Stage stage, String prefix, String url, String... options) throws IOException {
        Path out = stage.file(prefix + ".json");
        List<String> command = new ArrayList<>(stage.java(List.of("-XX:TieredStopAtLevel=1"), "prove", url));
        command.addAll(List.of("--json", "--prefix", prefix, "--seed", Long.toString(stage.seed())));
        command.addAll(List.of("--warmup", WARM_UP.toMillis() + "ms"));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile());
        return new Load(
                stage.children()
                        .start(
                                builder,
                                Redirect.appendTo(stage.file(prefix + ".err").toFile())),
                out);
    }

    /** Ends it and gives its ledger. */
    Ledger stop() throws IOException, InterruptedException {
        Children.signal(process, "TERM");
        return ledger(Duration.ofSeconds(60));
    }

    /** Its ledger when it has ended by itself. */
    Ledger ledger(Duration patience) throws IOException, InterruptedException {
        int status = Children.ended(process, patience.toSeconds());
        if (status > 1) throw new IOException("rondo prove ended with status " + status + ": see " + out.getParent());
        return new Ledger(JsonParser.create(Files.readString(out)).readJsonObject());
    }

    /** What {@code rondo prove --json} has printed. */
    record Ledger(JsonObject json) {
        /** A request that failed. */
        record Failed(String id, String method, String cause, int status, long millis) {
            /** {@code reset}, {@code status-503}. */
            String kind() {
                return cause.equals("status") ? "status-" + status : cause;
            }
        }

        long number(String name) {
            return json.longValue(name, -1);
        }

        long sent() {
            return number("sent");
        }

        long good() {
            return number("good");
        }

        List<Failed> failed() {
            List<Failed> failed = new ArrayList<>();
            for (JsonValue value : json.arrayValue("failures").orElseThrow().values()) {
                if (!(value instanceof JsonObject object)) continue;
                failed.add(new Failed(
                        object.stringValue("id", ""),
                        object.stringValue("method", ""),
                        object.stringValue("cause", ""),
                        object.intValue("status", 0),
                        object.longValue("ms", 0)));
            }
            return failed;
        }

        /** Requests by method and cause: {@code POST reset}. */
        Map<String, Long> failedByCause() {
            Map<String, Long> counts = new TreeMap<>();
            JsonObject causes = json.objectValue("failedByCause", JsonObject.empty());
            for (String cause : causes.keysAsStrings()) {
                JsonObject methods = causes.objectValue(cause, JsonObject.empty());
                for (String method : methods.keysAsStrings()) {
                    counts.put(method + " " + cause, methods.longValue(method, 0));
                }
            }
            return counts;
        }

        long failed(Predicate<Failed> which) {
            return failed().stream().filter(which).count();
        }

        /** Milliseconds: {@code p50}, {@code p99} or {@code max} of {@code good} answers or those of a cause; 0 where none was. */
        double took(String kind, String figure) {
            JsonObject all = json.objectValue("latencyMs", JsonObject.empty());
            return all.objectValue(kind, JsonObject.empty()).doubleValue(figure, 0);
        }
    }
}
