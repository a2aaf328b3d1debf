package dev.rondo.balancer.config;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Words and numbers: how they are read and what is said of those that are none. */
final class Scalars {
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,18})(|B|KB|KiB|MB|MiB|GB|GiB)");
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,9}(\\.[0-9]{1,9})?");
    /** Nanoseconds of a longer one could overflow where two are added. */
    private static final Duration LONGEST = Duration.ofDays(365);

    static final Type.Scalar<Boolean> FLAG = new Type.Scalar<>(
            "true or false",
            text -> switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException("is neither true nor false");
            },
            Map.of("type", "boolean"));

    /** YAML 1.1 reads on and off as true and false, and so do the tools that write YAML. */
    static final Type.Scalar<Boolean> SWITCH = new Type.Scalar<>(
            "on or off",
            text -> switch (text) {
                case "on", "true" -> true;
                case "off", "false" -> false;
                default -> throw new IllegalArgumentException("is neither on nor off");
            },
            schema("enum", List.of("on", "off", true, false)));

    /** A time that is waited for. */
    static final Type.Scalar<Duration> WAIT = duration(Duration.ofMillis(1));

    static final Type.Scalar<Duration> WAIT_OR_NONE = duration(Duration.ZERO);

    /** RFC 6750 §2.1, as long as a secret should be. */
    static final Type.Scalar<Secret> SECRET = new Type.Scalar<>(
            "secret",
            text -> {
                if (!text.matches("[A-Za-z0-9._~+/=-]{16,512}"))
                    throw new IllegalArgumentException(
                            "is not a secret; use 16 to 512 letters, digits and any of . _ ~ + / = -");
                return new Secret(text);
            },
            schema("type", "string", "pattern", "^[A-Za-z0-9._~+/=-]{16,512}$"),
            null,
            true);

    static final Type.Scalar<Integer> PORT = new Type.Scalar<>(
            "port",
            text -> {
                if (!INTEGER.matcher(text).matches())
                    throw new IllegalArgumentException("is not a port; use 1 to 65535");
                long port = Long.parseLong(text);
                if (port < 1 || port > 65535) throw new IllegalArgumentException("is not a port; use 1 to 65535");
                return (int) port;
            },
            schema("type", "integer", "minimum", 1, "maximum", 65535));

    private Scalars() {}

    static SequencedMap<String, Object> schema(Object... pairs) {
        SequencedMap<String, Object> schema = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) schema.put((String) pairs[i], pairs[i + 1]);
        return schema;
    }

    static Type.Scalar<Integer> integer(int least, int most) {
        String range = "use " + least + " to " + most;
        return new Type.Scalar<>(
                "number, " + least + " to " + most,
                text -> {
                    if (!INTEGER.matcher(text).matches())
                        throw new IllegalArgumentException("is not a whole number; " + range);
                    long value = Long.parseLong(text);
                    if (value < least || value > most) throw new IllegalArgumentException("is out of range; " + range);
                    return (int) value;
                },
                schema("type", "integer", "minimum", least, "maximum", most));
    }

    /** A number that may have a fraction. */
    static Type.Scalar<Double> decimal(double least, double most) {
        String range = "use " + shown(least) + " to " + shown(most);
        return new Type.Scalar<>(
                "number with a fraction, " + shown(least) + " to " + shown(most),
                text -> {
                    if (!DECIMAL.matcher(text).matches())
                        throw new IllegalArgumentException("is not a number such as 0.5; " + range);
                    double value = Double.parseDouble(text);
                    if (value < least || value > most) throw new IllegalArgumentException("is out of range; " + range);
                    return value;
                },
                schema(
                        "type",
                        "number",
                        "minimum",
                        new BigDecimal(shown(least)),
                        "maximum",
                        new BigDecimal(shown(most))));
    }

    private static String shown(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    /**
     * {@code off}, which YAML 1.1 reads as false, or what {@code type} says.
     *
     * @param off what the word stands for
     */
    static <T> Type.Scalar<T> orOff(Type.Scalar<T> type, T off) {
        return new Type.Scalar<>(
                type.name() + ", or off",
                text -> text.equals("off") || text.equals("false")
                        ? off
                        : type.parse().apply(text),
                schema("anyOf", List.of(type.schema(), schema("enum", List.of("off", false)))));
    }

    /**
     * Several with commas between them, or as a list.
     *
     * @param schema of the text
     * @param parse of the text
     */
    static <T> Type.Scalar<T> severalOf(
            String name, Type.Scalar<?> item, Map<String, Object> schema, Function<String, T> parse) {
        return new Type.Scalar<>(name, parse, schema, item, false);
    }

    /** @param least the shortest that makes sense where it is used */
    static Type.Scalar<Duration> duration(Duration least) {
        return new Type.Scalar<>(
                "duration",
                text -> {
                    Duration value = duration(text);
                    if (value.compareTo(least) < 0)
                        throw new IllegalArgumentException("is too short; use " + shown(least) + " or more");
                    if (value.compareTo(LONGEST) > 0)
                        throw new IllegalArgumentException("is too long; use 365d or less");
                    return value;
                },
                schema("type", "string", "pattern", "^([0-9]{1,12}(ms|s|m|h|d)|[Pp][0-9DdTtHhMmSs.]+)$"));
    }

    private static Duration duration(String text) {
        Matcher match = DURATION.matcher(text);
        if (match.matches()) {
            long amount = Long.parseLong(match.group(1));
            return switch (match.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        }
        if (text.startsWith("P") || text.startsWith("p")) {
            try {
                return Duration.parse(text);
            } catch (DateTimeParseException _) {
                throw new IllegalArgumentException("is not an ISO 8601 duration; write PT2S, for example, or 2s");
            }
        }
        if (text.matches("[0-9]{1,12}"))
            throw new IllegalArgumentException("has no unit; write " + text + "s or " + text + "ms");
        throw new IllegalArgumentException("is not a duration; write 500ms, 2s, 5m, 1h or PT2S");
    }

    /** The shortest way to write it. */
    static String shown(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) return millis + "ms";
        long seconds = millis / 1000;
        if (seconds != 0 && seconds % 3600 == 0) return seconds / 3600 + "h";
        return seconds != 0 && seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }

    /** Bytes. */
    static Type.Scalar<Integer> size(long least, long most) {
        Type.Scalar<Long> any = size(least, most, false);
        return new Type.Scalar<>(any.name(), text -> Math.toIntExact(any.parse().apply(text)), any.schema());
    }

    /** Bytes, or {@code unlimited}, which is {@link Long#MAX_VALUE}. */
    static Type.Scalar<Long> sizeOrUnlimited() {
        return size(0, Long.MAX_VALUE - 1, true);
    }

    private static Type.Scalar<Long> size(long least, long most, boolean orUnlimited) {
        String word = orUnlimited ? "|unlimited" : "";
        return new Type.Scalar<>(
                orUnlimited ? "size or unlimited" : "size",
                text -> {
                    if (orUnlimited && text.equals("unlimited")) return Long.MAX_VALUE;
                    BigInteger bytes = bytes(text, orUnlimited);
                    if (bytes.compareTo(BigInteger.valueOf(least)) < 0)
                        throw new IllegalArgumentException("is too small; use " + bytesShown(least) + " or more");
                    if (bytes.compareTo(BigInteger.valueOf(most)) > 0)
                        throw new IllegalArgumentException(
                                "is too large; use " + (orUnlimited ? "unlimited" : bytesShown(most) + " or less"));
                    return bytes.longValueExact();
                },
                schema(
                        "type",
                        List.of("integer", "string"),
                        "minimum",
                        least,
                        "pattern",
                        "^([0-9]{1,18}(B|KB|KiB|MB|MiB|GB|GiB)?" + word + ")$"));
    }

    private static BigInteger bytes(String text, boolean orUnlimited) {
        Matcher match = SIZE.matcher(text);
        if (!match.matches())
            throw new IllegalArgumentException(
                    "is not a size; write bytes, or 32KiB, 10MB, 1GiB" + (orUnlimited ? ", or unlimited" : ""));
        long unit =
                switch (match.group(2)) {
                    case "KB" -> 1_000;
                    case "KiB" -> 1 << 10;
                    case "MB" -> 1_000_000;
                    case "MiB" -> 1 << 20;
                    case "GB" -> 1_000_000_000;
                    case "GiB" -> 1 << 30;
                    default -> 1;
                };
        return new BigInteger(match.group(1)).multiply(BigInteger.valueOf(unit));
    }

    private static String bytesShown(long bytes) {
        if (bytes >= 1 << 20 && bytes % (1 << 20) == 0) return (bytes >> 20) + "MiB";
        return bytes >= 1 << 10 && bytes % (1 << 10) == 0 ? (bytes >> 10) + "KiB" : Long.toString(bytes);
    }

    /** The constants of an enum, written like keys. */
    static <E extends Enum<E>> Type.Scalar<E> choice(Class<E> type) {
        return choice(type, UnaryOperator.identity());
    }

    /** @param alias what else is taken to what it means */
    static <E extends Enum<E>> Type.Scalar<E> choice(Class<E> type, UnaryOperator<String> alias) {
        SequencedMap<String, E> constants = new LinkedHashMap<>();
        for (E constant : type.getEnumConstants()) constants.put(word(constant), constant);
        return choice(constants, alias);
    }

    static <T> Type.Scalar<T> choice(SequencedMap<String, T> values, UnaryOperator<String> alias) {
        List<String> words = List.copyOf(values.keySet());
        return new Type.Scalar<>(
                String.join(", ", words),
                text -> {
                    T value = values.get(alias.apply(text));
                    if (value == null) throw new IllegalArgumentException(unknown(text, words));
                    return value;
                },
                schema("enum", words));
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String unknown(String text, List<String> words) {
        return Text.nearest(text, words.stream())
                .map(word -> "is not known (did you mean " + Text.quoted(word) + "?)")
                .orElse("is not known; use " + String.join(", ", words));
    }

    /** @param otherwise completes the sentence {@code "x" …} */
    static Type.Scalar<String> matching(String name, String pattern, String otherwise) {
        Pattern compiled = Pattern.compile(pattern);
        return checked(name, schema("type", "string", "pattern", "^(" + pattern + ")$"), text -> {
            if (text.length() > 4096 || !compiled.matcher(text).matches())
                throw new IllegalArgumentException(otherwise);
            return text;
        });
    }

    static <T> Type.Scalar<T> checked(String name, Map<String, Object> schema, Function<String, T> parse) {
        return new Type.Scalar<>(name, parse, schema);
    }
}
