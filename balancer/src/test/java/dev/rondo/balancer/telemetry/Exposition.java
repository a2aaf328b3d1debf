package dev.rondo.balancer.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strict reader of Prometheus' text format 0.0.4: each line must match the grammar, each sample must belong to the family that
 * HELP and TYPE have announced just before, no series may come twice.
 */
public record Exposition(Map<String, String> types, Map<String, Double> samples) {
    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\n]|\\\\[\\\\\"n])*\"";
    private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") (\\S.*)");
    private static final Pattern TYPE =
            Pattern.compile("# TYPE (" + NAME + ") (counter|gauge|histogram|summary|untyped)");
    private static final Pattern SAMPLE = Pattern.compile("(" + NAME + ")(\\{" + LABEL + "(?:," + LABEL + ")*,?})? "
            + "([-+]?(?:\\d+(?:\\.\\d+)?(?:[eE][-+]?\\d+)?|Inf)|NaN)(?: -?\\d+)?");

    /** Reads a whole body. */
    public static Exposition parse(String body) {
        assertThat(body).endsWith("\n");
        Map<String, String> types = new LinkedHashMap<>();
        Map<String, Double> samples = new LinkedHashMap<>();
        Map<String, String> help = new HashMap<>();
        String family = "";
        for (String line : body.split("\n", -1)) {
            Matcher helpLine = HELP.matcher(line);
            Matcher typeLine = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (helpLine.matches()) {
                family = helpLine.group(1);
                assertThat(help.put(family, helpLine.group(2)))
                        .as("second %s", line)
                        .isNull();
            } else if (typeLine.matches()) {
                assertThat(typeLine.group(1)).as("HELP before %s", line).isEqualTo(family);
                assertThat(types.put(family, typeLine.group(2)))
                        .as("second %s", line)
                        .isNull();
            } else if (!line.isEmpty()) {
                assertThat(sample.matches()).as("grammar of: %s", line).isTrue();
                assertBelongs(sample.group(1), family, types.getOrDefault(family, "none"));
                String series = line.substring(0, sample.start(3) - 1);
                assertThat(samples.put(series, number(sample.group(3))))
                        .as("second %s", series)
                        .isNull();
            }
        }
        return new Exposition(types, samples);
    }

    private static void assertBelongs(String name, String family, String type) {
        switch (type) {
            case "histogram" -> assertThat(name).matches(Pattern.quote(family) + "_(bucket|sum|count)");
            case "summary" -> assertThat(name).matches(Pattern.quote(family) + "(_sum|_count)?");
            case "counter" -> assertThat(name).isEqualTo(family).endsWith("_total");
            case "gauge" -> assertThat(name).isEqualTo(family).doesNotEndWith("_total");
            default -> throw new AssertionError(name + " has no TYPE");
        }
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    /** The value of a series as it is written, labels in order. */
    public double value(String series) {
        assertThat(samples).containsKey(series);
        return samples.getOrDefault(series, Double.NaN);
    }
}
