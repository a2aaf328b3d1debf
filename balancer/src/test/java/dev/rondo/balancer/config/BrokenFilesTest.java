package dev.rondo.balancer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each {@code broken/NAME.yaml} gives exactly the lines of {@code broken/NAME.expected}. */
class BrokenFilesTest {
    private static final Path DIRECTORY = Path.of("src/test/resources/config/broken");

    @TestFactory
    Stream<DynamicTest> everyProblemWithItsPlaceAndRemedy() throws IOException {
        return files().stream()
                .map(file -> DynamicTest.dynamicTest(name(file), () -> {
                    List<String> expected =
                            Files.readAllLines(Path.of(file.toString().replace(".yaml", ".expected")));
                    assertThat(expected).isNotEmpty();
                    assertThat(problems(ConfigurationLoader.load(file, Map.of(), Map.of())))
                            .containsExactlyElementsOf(expected);
                }));
    }

    @Test
    void thereAreEnoughOfThem() throws IOException {
        assertThat(files()).hasSizeGreaterThanOrEqualTo(100);
    }

    private static List<String> problems(Loaded loaded) {
        return loaded instanceof Loaded.Broken broken
                ? broken.problems().stream()
                        .map(problem -> problem.toString().replace(DIRECTORY + "/", ""))
                        .toList()
                : List.of();
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.filter(file -> name(file).endsWith(".yaml")).sorted().toList();
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
