package dev.rondo.balancer.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.telemetry.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** {@code docs/resilience.md} names defaults that hold, metrics and reasons that are there, and tests that can be run. */
class ResiliencePageTest {
    private static final Path PAGE = Path.of("../docs/resilience.md");
    private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*Test)`");
    private static final Pattern METRIC = Pattern.compile("\\b(rondo_[a-z_]+)");
    private static final Pattern NAMED_METRIC = Pattern.compile("\"(rondo_[a-z_]+)\"");
    private static final Pattern REASON = Pattern.compile("reasons? `([a-z-]+)`(?: or `([a-z-]+)`)?");

    /** One mechanism of the page: its name, and what its three lines say. */
    private record Mechanism(String name, String fallback, String metric, String proof) {
        static Mechanism of(String section) {
            String name = section.substring(0, section.indexOf('\n'));
            return new Mechanism(
                    name, line(section, "default", name), line(section, "metric", name), line(section, "proof", name));
        }

        /** The item up to the next one, or to the end. */
        private static String line(String section, String word, String name) {
            int from = section.indexOf("\n* " + word + ": ");
            assertThat(from).as("%s: a line \"* %s: \"", name, word).isPositive();
            int to = section.indexOf("\n* ", from + 1);
            return section.substring(from, to < 0 ? section.length() : to).replaceAll("\\s+", " ");
        }
    }

    private static String page() throws IOException {
        return Files.readString(PAGE);
    }

    private static List<Mechanism> mechanisms() throws IOException {
        String page = page();
        int from = page.indexOf("\n## Mechanisms");
        int to = page.indexOf("\n## Retries");
        return Arrays.stream(page.substring(from, to).split("\n### ", -1))
                .skip(1)
                .map(Mechanism::of)
                .toList();
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).toList();
    }

    private static Stream<Path> sources(String tree) throws IOException {
        try (Stream<Path> all = Files.walk(Path.of(tree))) {
            return all.filter(file -> file.toString().endsWith(".java")).toList().stream();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyMechanismHasItsDefaultsAMetricAndAProof() throws IOException {
        Map<String, Key> keys = new HashMap<>();
        collect(Description.ROOT, "", keys);
        return mechanisms().stream()
                .map(each -> DynamicTest.dynamicTest(each.name(), () -> {
                    List<String> defaults = all(SPAN, each.fallback());
                    assertThat(defaults).isNotEmpty();
                    for (String setting : defaults) {
                        int colon = setting.indexOf(": ");
                        String path = setting.substring(0, colon);
                        Key key = keys.get(path);
                        assertThat(key).as(path).isNotNull();
                        if (key != null) assertThat(standard(key)).as(path).isEqualTo(setting.substring(colon + 2));
                    }
                    assertThat(all(METRIC, each.metric())).isNotEmpty();
                    assertThat(all(TEST, each.proof())).isNotEmpty();
                }));
    }

    private static void collect(Type type, String path, Map<String, Key> into) {
        switch (type) {
            case Type.Section section -> {
                for (Key key : section.keys()) {
                    String below = path.isEmpty() ? key.name() : path + "." + key.name();
                    into.put(below, key);
                    collect(key.type(), below, into);
                }
            }
            case Type.ListOf list -> collect(list.item(), path + "[]", into);
            case Type.ListOrSection either -> {
                collect(either.list(), path, into);
                collect(either.section(), path, into);
            }
            case Type.MapOf map -> collect(map.value(), path + "." + map.placeholder(), into);
            case Type.Scalar<?> _ -> {}
        }
    }

    private static String standard(Key key) {
        return switch (key.fallback()) {
            case Key.Fallback.Fixed(String text) -> text;
            case Key.Fallback.Off() -> "off";
            case Key.Fallback other -> other.toString();
        };
    }

    @Test
    void everyTestIsThere() throws IOException {
        Set<String> there;
        try (Stream<Path> sources = sources("src/test/java")) {
            there = sources.map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        assertThat(there).containsAll(all(TEST, page()));
    }

    /** A counter is declared without the {@code _total} that it is shown with. */
    @Test
    void everyMetricIsThere() throws IOException {
        Set<String> there = new TreeSet<>();
        for (Path source : sources("src/main/java").toList()) {
            for (String name : all(NAMED_METRIC, Files.readString(source))) {
                there.add(name);
                there.add(name + "_total");
            }
        }
        assertThat(there).containsAll(all(METRIC, page()));
    }

    @Test
    void everyReasonIsThere() throws IOException {
        List<String> named = new ArrayList<>();
        for (MatchResult found : REASON.matcher(page()).results().toList()) {
            named.add(found.group(1));
            if (found.group(2) != null) named.add(found.group(2));
        }
        assertThat(named).hasSizeGreaterThan(4);
        assertThat(Arrays.stream(Reason.values()).map(Reason::word)).containsAll(named);
    }
}
