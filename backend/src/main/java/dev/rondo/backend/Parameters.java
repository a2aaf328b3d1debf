package dev.rondo.backend;

import io.helidon.http.HttpPrologue;
import io.helidon.webserver.http.ServerRequest;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what a client put into the path and the query. Everything wrong becomes a {@link Refusal} that names the remedy. */
final class Parameters {
    /** The longest delay anyone may ask for. */
    static final Duration LONGEST = Duration.ofHours(1);

    private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,9})(ms|s|m|h)?");

    private Parameters() {}

    /**
     * The query as one value for each key, a key without a value being {@code "true"}.
     *
     * @throws Refusal when it cannot be decoded, or names a key twice or one that is not in {@code known}
     */
    static Map<String, String> query(ServerRequest request, List<String> known) {
        Map<String, String> values = new LinkedHashMap<>();
        HttpPrologue prologue = request.prologue();
        if (!prologue.hasQuery() || prologue.query().rawValue().isEmpty()) {
            return values;
        }
        try {
            for (String key : prologue.query().names()) {
                List<String> all = prologue.query().all(key);
                if (all.size() > 1) {
                    throw Refusal.badRequest(quote(key) + " is in the query more than once: give it once");
                }
                values.put(key, all.isEmpty() || all.getFirst().isEmpty() ? "true" : all.getFirst());
            }
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("the query cannot be decoded: write each special character as %XX");
        }
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                throw Refusal.badRequest("unknown parameter " + quote(key) + ": use " + String.join(", ", known));
            }
        }
        return values;
    }

    /** A whole number from {@code least} to {@code most}; {@code place} names it to the client. */
    static long number(String place, String text, long least, long most) {
        if (text.matches("[0-9]{1,18}")) {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw Refusal.badRequest(
                place + " must be a whole number from " + least + " to " + most + ", and is " + quote(text));
    }

    /** A duration up to {@link #LONGEST}: milliseconds ({@code 250}), {@code 250ms}, {@code 2s}, {@code 1m} or {@code PT2S}. */
    static Duration duration(String place, String text) {
        Duration duration = parse(text);
        if (duration.isNegative() || duration.compareTo(LONGEST) > 0) {
            throw Refusal.badRequest(
                    place + " must be a duration up to 1h, such as 250, 250ms, 2s or PT2S, and is " + quote(text));
        }
        return duration;
    }

    private static Duration parse(String text) {
        Matcher matcher = AMOUNT.matcher(text);
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            return switch (String.valueOf(matcher.group(2))) {
                case "h" -> Duration.ofHours(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "s" -> Duration.ofSeconds(amount);
                default -> Duration.ofMillis(amount);
            };
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            return Duration.ofSeconds(-1); // out of range, so that the caller's sentence answers it
        }
    }

    /** {@code text} in quotes, shortened, with nothing in it that a terminal would act on. */
    static String quote(String text) {
        String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
        return '"' + shown.replaceAll("[^ -~]", "?") + '"';
    }
}
