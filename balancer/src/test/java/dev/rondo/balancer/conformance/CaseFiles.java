package dev.rondo.balancer.conformance;

import dev.rondo.balancer.testkit.Bytes;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonValue;
import io.helidon.json.JsonValueType;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Reads the cases. A key that is not known here stops the run: an oracle that is skipped proves nothing. */
final class CaseFiles {
    private static final Set<String> PROSE = Set.of("group", "observed", "src", "alt_drop");
    private static final Set<String> CLIENT = Set.of(
            "id",
            "description",
            "rfc",
            "raw",
            "segments",
            "expect",
            "preferred",
            "status",
            "local_ok",
            "methods",
            "checks",
            "fwd",
            "max_fwd",
            "responses",
            "half_close",
            "must_close",
            "partial_ok",
            "timeout_ok",
            "soft");
    private static final Set<String> UPSTREAM = Set.of(
            "id",
            "description",
            "rfc",
            "raw",
            "end",
            "expect",
            "method",
            "client_version",
            "req_body",
            "early",
            "status",
            "body",
            "any_body",
            "allow_ok",
            "no_reuse",
            "no_1xx",
            "client_raw_absent",
            "client_absent",
            "client_count");

    private CaseFiles() {}

    static List<ClientCase> client() throws IOException {
        return read("client_cases.json").stream().map(CaseFiles::client).toList();
    }

    static List<UpstreamCase> upstream() throws IOException {
        return read("upstream_cases.json").stream().map(CaseFiles::upstream).toList();
    }

    private static List<JsonObject> read(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(CaseFiles.class.getResourceAsStream("/cases/" + name), name)) {
            return JsonParser.create(in.readAllBytes()).readJsonArray().values().stream()
                    .map(JsonValue::asObject)
                    .toList();
        }
    }

    private static ClientCase client(JsonObject json) {
        known(json, CLIENT);
        List<String> segments = new ArrayList<>();
        if (json.arrayValue("segments").isPresent()) {
            for (JsonValue segment : json.arrayValue("segments").get().values()) {
                segments.add(Bytes.expand(text(segment.asArray().values().get(1))));
            }
        } else {
            segments.add(Bytes.expand(json.stringValue("raw").orElseThrow()));
        }
        ClientCase.Expect expect =
                switch (string(json, "expect")) {
                    case "reject" -> ClientCase.Expect.REJECT;
                    case "reject-400" -> ClientCase.Expect.REJECT_400;
                    case "forward-normalised" -> ClientCase.Expect.FORWARD;
                    case "either" -> ClientCase.Expect.EITHER;
                    default -> throw new IllegalStateException("unknown expectation in " + json);
                };
        int forwarded = json.intValue("fwd", 1);
        int most = json.intValue("max_fwd", 0);
        return new ClientCase(
                string(json, "id"),
                string(json, "description"),
                string(json, "rfc"),
                segments,
                expect,
                json.stringValue("preferred", ""),
                json.containsKey("status") ? integers(json, "status") : List.of(400),
                integers(json, "local_ok"),
                strings(json, "methods"),
                array(json, "checks").stream().map(c -> check(c.asArray())).toList(),
                forwarded,
                most,
                most > 0 ? most : json.intValue("responses", forwarded),
                json.booleanValue("half_close", false),
                json.booleanValue("must_close", false),
                json.booleanValue("partial_ok", false),
                json.booleanValue("timeout_ok", false));
    }

    private static ClientCase.Check check(JsonArray json) {
        List<JsonValue> parts = json.values();
        String kind = text(parts.getFirst());
        if (kind.equals("targets")) {
            return new ClientCase.Check(
                    kind,
                    "",
                    "",
                    parts.get(1).asArray().values().stream()
                            .map(CaseFiles::text)
                            .toList());
        }
        String first = parts.size() > 1 ? text(parts.get(1)) : "";
        return parts.size() > 2
                ? new ClientCase.Check(kind, first, text(parts.get(2)), List.of())
                : new ClientCase.Check(kind, first, first, List.of());
    }

    private static UpstreamCase upstream(JsonObject json) {
        known(json, UPSTREAM);
        UpstreamCase.After end =
                switch (string(json, "end")) {
                    case "keep" -> UpstreamCase.After.KEEP;
                    case "close" -> UpstreamCase.After.CLOSE;
                    case "rst" -> UpstreamCase.After.RST;
                    case "stall" -> UpstreamCase.After.STALL;
                    default -> throw new IllegalStateException("unknown end in " + json);
                };
        UpstreamCase.Expect expect =
                switch (string(json, "expect")) {
                    case "ok" -> UpstreamCase.Expect.OK;
                    case "502" -> UpstreamCase.Expect.STATUS_502;
                    case "504" -> UpstreamCase.Expect.STATUS_504;
                    case "502-or-incomplete" -> UpstreamCase.Expect.STATUS_502_OR_INCOMPLETE;
                    case "either" -> UpstreamCase.Expect.EITHER;
                    case "status" -> UpstreamCase.Expect.STATUS;
                    default -> throw new IllegalStateException("unknown expectation in " + json);
                };
        String method = json.stringValue("method", "GET");
        int defaultBody = method.equals("GET") || method.equals("HEAD") ? 0 : 3;
        List<JsonValue> count = array(json, "client_count");
        return new UpstreamCase(
                string(json, "id"),
                string(json, "description"),
                string(json, "rfc"),
                Bytes.expand(string(json, "raw")),
                end,
                expect,
                method,
                json.stringValue("client_version", "1.1"),
                json.intValue("req_body", defaultBody),
                json.booleanValue("early", false),
                json.intValue("status", 200),
                json.stringValue("body", ""),
                json.booleanValue("any_body", false),
                json.booleanValue("allow_ok", false),
                json.booleanValue("no_reuse", false),
                json.booleanValue("no_1xx", false),
                json.stringValue("client_raw_absent", ""),
                strings(json, "client_absent"),
                count.isEmpty() ? "" : text(count.getFirst()),
                count.isEmpty() ? 0 : count.get(1).asNumber().intValue());
    }

    private static void known(JsonObject json, Set<String> keys) {
        for (String key : json.keysAsStrings()) {
            if (!keys.contains(key) && !PROSE.contains(key)) {
                throw new IllegalStateException("case " + string(json, "id") + " has an oracle not read here: " + key);
            }
        }
    }

    private static String string(JsonObject json, String key) {
        return json.stringValue(key).orElseThrow();
    }

    private static List<JsonValue> array(JsonObject json, String key) {
        return json.arrayValue(key).map(JsonArray::values).orElse(List.of());
    }

    private static List<String> strings(JsonObject json, String key) {
        return array(json, key).stream().map(CaseFiles::text).toList();
    }

    private static List<Integer> integers(JsonObject json, String key) {
        return array(json, key).stream().map(v -> v.asNumber().intValue()).toList();
    }

    private static String text(JsonValue value) {
        return value.type() == JsonValueType.STRING
                ? value.asString().value()
                : Integer.toString(value.asNumber().intValue());
    }
}
