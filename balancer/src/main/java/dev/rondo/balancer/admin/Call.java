package dev.rondo.balancer.admin;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.json.JsonException;
import io.helidon.json.JsonNumber;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A request to one endpoint of the API, taken apart. Strict: what is not known is refused rather than passed over, because a
 * misspelt {@code limit} would otherwise be a limit that is not there.
 *
 * @param path what stands in the braces of the endpoint's template
 * @param query decoded, in the order given
 */
record Call(ServerRequest request, Map<String, String> path, Map<String, List<String>> query) {
    /**
     * @param known parameters that this endpoint has
     * @throws Refusal where there is another, or one cannot be decoded
     */
    static Call of(ServerRequest request, Map<String, String> path, Set<String> known) {
        Map<String, List<String>> query = new LinkedHashMap<>();
        String raw = request.query().rawValue();
        for (String pair : raw == null || raw.isEmpty() ? new String[0] : raw.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            String name = decoded(parts[0]);
            if (!known.contains(name))
                throw Refusal.badRequest(
                        "there is no query parameter \"" + name + "\" here",
                        known.isEmpty() ? "leave the query out" : "use " + String.join(", ", new TreeSet<>(known)));
            query.computeIfAbsent(name, key -> new ArrayList<>()).add(parts.length == 1 ? "" : decoded(parts[1]));
        }
        return new Call(request, Map.copyOf(path), query);
    }

    /** A segment of a path, where a plus sign is one. */
    static String segment(String raw) {
        return decoded(raw.replace("+", "%2B"));
    }

    private static String decoded(String raw) {
        try {
            return URLDecoder.decode(raw, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest(
                    "\"" + raw + "\" is not percent-encoded as it should be", "write a percent sign as %25");
        }
    }

    /** What the template calls {@code name}. */
    String variable(String name) {
        String value = path.get(name);
        if (value == null) throw new IllegalStateException("no {" + name + "} in the template");
        return value;
    }

    /** The only value of a query parameter; null where it is not given. */
    @Nullable
    String one(String name) {
        List<String> values = query.getOrDefault(name, List.of());
        if (values.size() > 1)
            throw Refusal.badRequest("the query parameter \"" + name + "\" is given twice", "give it once");
        return values.isEmpty() ? null : values.getFirst();
    }

    /** Every value of a query parameter. */
    List<String> all(String name) {
        return query.getOrDefault(name, List.of());
    }

    /** A whole number of a query parameter. */
    int number(String name, int fallback, int least, int most) {
        String text = one(name);
        if (text == null) return fallback;
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) return number;
        } catch (NumberFormatException e) {
            // said below
        }
        throw Refusal.badRequest("the query parameter \"" + name + "\" is \"" + text + "\"", range(least, most));
    }

    /** The whole number that is the only member of the request's JSON object. */
    int onlyNumber(String name, int least, int most) {
        String example = "send {\"" + name + "\": " + least + "}, and " + range(least, most);
        JsonObject body = body(example);
        if (!body.keysAsStrings().equals(Set.of(name))
                || !(body.value(name, JsonObject.empty()) instanceof JsonNumber number))
            throw Refusal.badRequest("the body is not an object with the number \"" + name + "\" alone", example);
        try {
            int value = number.bigDecimalValue().intValueExact();
            if (value >= least && value <= most) return value;
        } catch (ArithmeticException e) {
            // said below
        }
        throw Refusal.badRequest("\"" + name + "\" is not one of the numbers that it may be", example);
    }

    private JsonObject body(String example) {
        String type = request.headers().value(HeaderNames.CONTENT_TYPE).orElse("application/json");
        if (!type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json"))
            throw Refusal.of(
                    Status.UNSUPPORTED_MEDIA_TYPE_415,
                    "the body is \"" + type + "\"",
                    "send JSON, with Content-Type: application/json");
        String text = new String(bytes(), StandardCharsets.UTF_8).strip(); // hasNext counts a line end as more
        try {
            JsonParser parser = JsonParser.create(text.getBytes(StandardCharsets.UTF_8));
            if (parser.readJsonValue() instanceof JsonObject body && !parser.hasNext()) return body;
        } catch (JsonException e) {
            throw Refusal.badRequest("the body is not JSON: " + e.getMessage(), example);
        }
        throw Refusal.badRequest("the body is not one JSON object", example);
    }

    private byte[] bytes() {
        if (!request.content().hasEntity()) return new byte[0];
        try (InputStream in = request.content().inputStream()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw Refusal.badRequest("the body did not arrive whole", "send it again");
        }
    }

    private static String range(int least, int most) {
        return "use a whole number from " + least + " to " + most;
    }
}
