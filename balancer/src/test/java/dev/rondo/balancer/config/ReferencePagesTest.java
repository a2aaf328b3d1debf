package dev.rondo.balancer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The pages in {@code docs} say what the description says; {@code -Ddocs.write=true} writes them. */
class ReferencePagesTest {
    private static final Path DOCS = Path.of("../docs");

    @Test
    void configurationPage() throws IOException {
        assertWritten(DOCS.resolve("configuration.md"), ReferencePage.text());
    }

    @Test
    void schema() throws IOException {
        assertWritten(DOCS.resolve("rondo.schema.json"), SchemaPage.text());
    }

    @TestFactory
    Stream<DynamicTest> everyExampleIsValid() {
        return keys(Description.ROOT, "").stream()
                .filter(entry -> entry.key().type() instanceof Type.Scalar<?>)
                .map(entry -> DynamicTest.dynamicTest(entry.path(), () -> {
                    Type.Scalar<?> type = (Type.Scalar<?>) entry.key().type();
                    String around = type.item() == null ? "^\"|\"$" : "^[\"\\[]|[\"\\]]$";
                    String example = ReferencePage.example(entry.key()).replaceAll(around, "");
                    assertThat(type.refusal(example)).isEmpty();
                }));
    }

    @Test
    void examplesAtTheTopLoad() {
        for (Key key : Description.ROOT.keys()) {
            if (key.name().equals("routes")) continue; // names pools
            String rest = key.name().equals("backends") ? "" : "backends: [\"http://localhost:1\"]\n";
            Findings findings = new Findings("example");
            Loaded loaded = ConfigurationLoader.load(
                    key.name() + ": " + ReferencePage.example(key) + "\n" + rest, findings, Map.of(), Map.of());
            assertThat(loaded).as(key.name()).isInstanceOf(Loaded.Valid.class);
        }
    }

    @Test
    void everyDefaultCanBeParsed() {
        for (Entry entry : keys(Description.ROOT, ""))
            if (entry.key().fallback() instanceof Key.Fallback.Fixed(String text))
                assertThat(((Type.Scalar<?>) entry.key().type()).refusal(text))
                        .as(entry.path())
                        .isEqualTo(Optional.empty());
    }

    private record Entry(String path, Key key) {}

    private static List<Entry> keys(Type type, String path) {
        List<Entry> out = new ArrayList<>();
        switch (type) {
            case Type.Section section -> {
                for (Key key : section.keys()) {
                    out.add(new Entry(path + "." + key.name(), key));
                    out.addAll(keys(key.type(), path + "." + key.name()));
                }
            }
            case Type.ListOf list -> out.addAll(keys(list.item(), path + "[]"));
            case Type.ListOrSection either -> {
                out.addAll(keys(either.list(), path));
                out.addAll(keys(either.section(), path));
            }
            case Type.MapOf map -> out.addAll(keys(map.value(), path + "." + map.placeholder()));
            case Type.Scalar<?> _ -> {}
        }
        return out;
    }

    private static void assertWritten(Path page, String expected) throws IOException {
        if (Boolean.getBoolean("docs.write")) {
            Files.createDirectories(DOCS);
            Files.writeString(page, expected);
        }
        assertThat(Files.exists(page) ? Files.readString(page) : "")
                .as("%s is not what Description.java says; run: make docs", page.getFileName())
                .isEqualTo(expected);
    }
}
