package dev.rondo.balancer.prove;

import io.helidon.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A ledger for people and for programs, and the verdict on it. */
public final class Report {
    private static final int SHOWN = 10;

    private final Summary ledger;
    private final List<String> complaints = new ArrayList<>();

    Report(Summary ledger) {
        this.ledger = ledger;
        if (ledger.allFailed() > 0) complaints.add(ledger.allFailed() + " of " + ledger.allSent() + " requests failed");
        else if (ledger.good() == 0) complaints.add("nothing was answered");
    }

    /** Asks for that many backends, no fewer and no more; for no number where it is null. */
    public Report expectBackends(@Nullable Integer number) {
        int seen = ledger.servers().size();
        if (number != null && seen != number) complaints.add(seen + " backends answered, not " + number);
        return this;
    }

    /** Asks that the counts of any two backends differ by that at most; for nothing where it is null. */
    public Report expectSkew(@Nullable Long most) {
        if (most != null && ledger.skew() > most) {
            complaints.add("the counts of backends differ by " + ledger.skew() + ", not by " + most + " at most");
        }
        return this;
    }

    /** Whether there is nothing to complain of. */
    public boolean isGood() {
        return complaints.isEmpty();
    }

    /** Some lines, the last of which is the verdict. */
    public String text() {
        StringBuilder out = new StringBuilder();
        line(out, "target", ledger.target() + ", ids " + ledger.prefix() + "-1 to " + ledger.allSent());
        line(
                out,
                "sent",
                ledger.allSent()
                        + each(ledger.sent())
                        + String.format(Locale.ROOT, " in %.1f s, %.1f/s", ledger.seconds(), perSecond()));
        line(out, "answered", Summary.sum(ledger.answered()) + each(ledger.answered()));
        Map<String, Long> causes = ledger.failed().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> Summary.sum(e.getValue())));
        line(out, "failed", ledger.allFailed() + each(causes));
        ledger.failed().forEach((cause, methods) -> line(out, "  " + cause, Summary.sum(methods) + each(methods)));
        line(out, "backends", ledger.servers().size() + each(ledger.servers()) + ", difference " + ledger.skew());
        Summary.Connections connections = ledger.connections();
        line(
                out,
                "connections",
                connections.opened() + " opened, " + connections.foundClosed() + " found closed before a request, "
                        + connections.reopened() + " GETs sent again since theirs was closed under them (reopened)");
        line(
                out,
                "longest gap",
                String.format(
                        Locale.ROOT,
                        "%.1f ms without a good answer, from %d ms",
                        ledger.longestGap().millis(),
                        ledger.longestGap().fromMillis()));
        if (ledger.warmup() > 0)
            line(
                    out,
                    "warm-up",
                    String.format(Locale.ROOT, "%.1f s, of which nothing is in the times below", ledger.warmup()));
        ledger.latencies()
                .forEach((kind, took) -> line(
                        out,
                        "ms, " + kind,
                        String.format(
                                Locale.ROOT, "p50 %.1f, p99 %.1f, max %.1f", took.p50(), took.p99(), took.max())));
        List<Failure> failures = ledger.failures();
        for (Failure failure : failures.subList(0, Math.min(SHOWN, failures.size()))) {
            line(
                    out,
                    "  at " + failure.millis() + " ms",
                    failure.method() + " " + failure.id() + ": " + failure.kind());
        }
        if (failures.size() > SHOWN) line(out, "", "and more; --json has up to 10000 of them");
        return out.append(verdict()).append('\n').toString();
    }

    private double perSecond() {
        return ledger.seconds() == 0 ? 0 : ledger.allSent() / ledger.seconds();
    }

    private String verdict() {
        return isGood() ? "OK: no request failed" : "NOT OK: " + String.join("; ", complaints);
    }

    private static void line(StringBuilder out, String name, String text) {
        out.append(String.format(Locale.ROOT, "%-18s", name)).append(text).append('\n');
    }

    private static String each(Map<?, Long> counts) {
        if (counts.isEmpty()) return "";
        return counts.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", ", " (", ")"));
    }

    /** One object. Times are milliseconds since the start where nothing else is said. */
    public JsonObject json() {
        JsonObject.Builder failed = JsonObject.builder();
        ledger.failed().forEach((cause, methods) -> failed.set(cause, object(methods)));
        JsonObject.Builder latencies = JsonObject.builder();
        ledger.latencies().forEach((kind, took) -> latencies.set(kind, json(took)));
        return JsonObject.builder()
                .set("target", ledger.target())
                .set("prefix", ledger.prefix())
                .set("seconds", ledger.seconds())
                .set("warmup", ledger.warmup())
                .set("sent", ledger.allSent())
                .set("sentByMethod", object(ledger.sent()))
                .set("good", ledger.good())
                .set("answered", object(ledger.answered()))
                .set("failed", ledger.allFailed())
                .set("failedByCause", failed.build())
                .set("backends", object(ledger.servers()))
                .set("skew", ledger.skew())
                .set("connections", ledger.connections().opened())
                .set("foundClosed", ledger.connections().foundClosed())
                .set("reopened", ledger.connections().reopened())
                .set("longestGapMs", ledger.longestGap().millis())
                .set("longestGapFromMs", ledger.longestGap().fromMillis())
                .set("latencyMs", latencies.build())
                .setValues(
                        "failures", ledger.failures().stream().map(Report::json).toList())
                .setValues(
                        "perSecond",
                        ledger.perSecond().stream().map(Report::json).toList())
                .set("ok", isGood())
                .set("verdict", verdict())
                .build();
    }

    private static JsonObject object(Map<?, Long> counts) {
        JsonObject.Builder out = JsonObject.builder();
        counts.forEach((key, count) -> out.set(key.toString(), count));
        return out.build();
    }

    private static JsonObject json(Latencies.Summary took) {
        return JsonObject.builder()
                .set("count", took.count())
                .set("p50", took.p50())
                .set("p99", took.p99())
                .set("max", took.max())
                .build();
    }

    private static JsonObject json(Failure failure) {
        return JsonObject.builder()
                .set("id", failure.id())
                .set("method", failure.method())
                .set("cause", failure.cause().word())
                .set("status", failure.status())
                .set("ms", failure.millis())
                .build();
    }

    private static JsonObject json(long[] second) {
        return JsonObject.builder()
                .set("good", second[0])
                .set("failed", second[1])
                .build();
    }
}
