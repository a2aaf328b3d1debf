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
import org.junit.jupiter.api.io.TempDir;

/** Each {@code valid/NAME.yaml} gives the effective values and warnings of {@code valid/NAME.expected}. */
class ValidFilesTest {
    private static final Path DIRECTORY = Path.of("src/test/resources/config/valid");

    @TestFactory
    Stream<DynamicTest> effectiveValues(@TempDir Path scratch) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(DIRECTORY)) {
            files = all.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
        assertThat(files).isNotEmpty();
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(String.valueOf(file.getFileName()), () -> {
                    Loaded.Valid valid = valid(file);
                    StringBuilder actual = new StringBuilder(valid.effective().toString());
                    valid.warnings()
                            .forEach(warning ->
                                    actual.append("warning: ").append(warning).append('\n'));
                    assertThat(actual.toString().replace(DIRECTORY + "/", ""))
                            .isEqualTo(Files.readString(Path.of(file.toString().replace(".yaml", ".expected"))));

                    Path printed = Files.writeString(
                            scratch.resolve("printed.yaml"), valid.effective().toString());
                    assertThat(valid(printed).configuration()).isEqualTo(valid.configuration());
                }));
    }

    @Test
    void fourLinesAreEnough() {
        Configuration configuration =
                valid(DIRECTORY.resolve("four-lines.yaml")).configuration();
        assertThat(configuration.server()).isEqualTo(new ServerConfig("0.0.0.0", 8080, 4096, 0, false));
        assertThat(configuration.admin()).isEqualTo(new AdminConfig("0.0.0.0", 9090));
        assertThat(configuration.limits()).isEqualTo(LimitsConfig.DEFAULT);
        assertThat(configuration.routes()).containsExactly(new RouteConfig(null, "/", "default"));
        PoolConfig pool = configuration.pools().firstEntry().getValue();
        assertThat(pool.timeouts()).isEqualTo(PoolTimeouts.DEFAULT);
        assertThat(pool.backends()).extracting(BackendConfig::id).containsExactly("server-1", "server-2");
        assertThat(pool.backends()).extracting(BackendConfig::port).containsExactly(5000, 5001);
        assertThat(pool.backends()).extracting(BackendConfig::host).containsExactly("localhost", "localhost");
    }

    @Test
    void theFileOfMakeRunIsValidAndWithoutWarning() {
        assertThat(valid(Path.of("../rondo.yaml")).warnings()).isEmpty();
    }

    private static Loaded.Valid valid(Path file) {
        Loaded loaded = ConfigurationLoader.load(file, Map.of(), Map.of());
        assertThat(loaded).isInstanceOf(Loaded.Valid.class);
        return (Loaded.Valid) loaded;
    }
}
