package dev.rondo.backend;

import dev.rondo.backend.Fault.Failure;
import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonValue;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A fault as clients write it, in JSON or in a query, and as they read it back. */
final class FaultForm {
    static final List<String> KEYS = List.of("status", "rate", "delay", "refuse", "drop", "unready", "seed");

    private FaultForm() {}

    /**
     * Reads the fault from a JSON object.
     *
     * @throws Refusal that names everything wrong with it
     */
    static Fault fromJson(byte[] body) {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            JsonParser parser = JsonParser.create(body);
            JsonObject object = parser.readJsonObject();
            if (parser.hasNext()) {
                throw Refusal.badRequest("the body goes on after the JSON object: send one object");
            }
            for (String key : object.keysAsStrings()) {
                object.value(key).ifPresent(value -> values.put(key, scalar(key, value)));
            }
        } catch (JsonException | IllegalArgumentException e) {
            throw Refusal.badRequest("the body is not a JSON object, such as {\"status\":503,\"rate\":0.5}");
        }
        return fromValues(values);
    }

    /**
     * Reads the fault from one text for each key.
     *
     * @throws Refusal that names everything wrong with it
     */
    static Fault fromValues(Map<String, String> values) {
        List<String> problems = new ArrayList<>();
        values.keySet().stream()
                .filter(key -> !KEYS.contains(key))
                .forEach(key ->
                        problems.add("unknown key " + Parameters.quote(key) + ": use " + String.join(", ", KEYS)));
        Failure failure = failure(values, problems);
        Duration delay = Duration.ZERO;
        double rate = 1;
        Long seed = null;
        if (values.containsKey("delay")) {
            delay = delay(values.get("delay"), problems);
        }
        if (values.containsKey("rate")) {
            rate = rate(values.get("rate"), problems);
        }
        if (values.containsKey("seed")) {
            seed = whole("seed", values.get("seed"), 0, 999_999_999_999_999_999L, problems);
        }
        boolean unready = yes("unready", values, problems);
        if (problems.isEmpty()) {
            Fault fault = new Fault(failure, delay, rate, seed, unready);
            if (values.containsKey("rate") && !fault.touchesRequests()) {
                problems.add("rate needs one of status, delay, refuse, drop beside it");
            } else if (!fault.touchesRequests() && !unready) {
                problems.add(
                        "nothing to do: name one of status, delay, refuse, drop, unready; DELETE takes a fault back");
            } else {
                return fault;
            }
        }
        throw Refusal.badRequest(String.join("\n", problems));
    }

    /** The fault that {@code faults} holds, with every key and the count of requests it has hit. */
    static JsonObject show(FaultSwitch faults) {
        Fault fault = faults.current();
        JsonObject.Builder json = JsonObject.builder();
        if (fault.failure() instanceof Failure.Status(int code)) {
            json.set("status", code);
        } else {
            json.setNull("status");
        }
        json.set("rate", fault.rate())
                .set("delay", fault.delay().toMillis() + "ms")
                .set("refuse", fault.failure() instanceof Failure.Refuse)
                .set("drop", fault.failure() instanceof Failure.Drop)
                .set("unready", fault.unready());
        if (fault.seed() == null) {
            json.setNull("seed");
        } else {
            json.set("seed", fault.seed());
        }
        return json.set("hits", faults.hits()).build();
    }

    private static Failure failure(Map<String, String> values, List<String> problems) {
        List<Failure> asked = new ArrayList<>();
        if (values.containsKey("status")) {
            asked.add(new Failure.Status((int) whole("status", values.get("status"), 200, 599, problems)));
        }
        if (yes("refuse", values, problems)) {
            asked.add(new Failure.Refuse());
        }
        if (yes("drop", values, problems)) {
            asked.add(new Failure.Drop());
        }
        if (asked.size() > 1) {
            problems.add("status, refuse and drop exclude each other: choose one");
        }
        return asked.isEmpty() ? new Failure.None() : asked.getFirst();
    }

    private static boolean yes(String key, Map<String, String> values, List<String> problems) {
        String text = values.getOrDefault(key, "false");
        if (!text.equals("true") && !text.equals("false")) {
            problems.add(key + " must be true or false, and is " + Parameters.quote(text));
        }
        return text.equals("true");
    }

    private static long whole(String key, String text, long least, long most, List<String> problems) {
        try {
            return Parameters.number(key, text, least, most);
        } catch (Refusal e) {
            problems.add(e.sentence());
            return least;
        }
    }

    private static Duration delay(String text, List<String> problems) {
        try {
            return Parameters.duration("delay", text);
        } catch (Refusal e) {
            problems.add(e.sentence());
            return Duration.ZERO;
        }
    }

    private static double rate(String text, List<String> problems) {
        if (text.matches("[0-9.eE+-]{1,24}")) {
            try {
                double rate = Double.parseDouble(text);
                if (rate > 0 && rate <= 1) {
                    return rate;
                }
            } catch (NumberFormatException e) {
                // the sentence below answers it
            }
        }
        problems.add("rate must be above 0 and up to 1, and is " + Parameters.quote(text));
        return 1;
    }

    private static String scalar(String key, JsonValue value) {
        return switch (value.type()) {
            case STRING -> value.asString().value();
            case BOOLEAN -> String.valueOf(value.asBoolean().value());
            case NUMBER -> plain(value.asNumber().bigDecimalValue());
            default -> throw Refusal.badRequest(Parameters.quote(key) + " must be a string, a number, true or false");
        };
    }

    /** Without this, 1e999999999 would be written out. */
    private static String plain(BigDecimal number) {
        return Math.abs((long) number.scale()) > 30
                ? number.toString()
                : number.stripTrailingZeros().toPlainString();
    }
}
