package dev.rondo.balancer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be wrong before there is any YAML: one line each. */
class FileTroubleTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @Test
    void missing() {
        assertOnly(directory.resolve("no.yaml"), "no.yaml does not exist");
    }

    @Test
    void directory() {
        assertThat(only(directory)).isEqualTo(directory + " is a directory; name the file in it");
    }

    @Test
    void linkToItself() throws IOException {
        Path link = directory.resolve("loop.yaml");
        Files.createSymbolicLink(link, link);
        assertThat(only(link)).startsWith(link + " cannot be read: ").doesNotContain("Exception", "\n");
    }

    @Test
    void belowAFile() throws IOException {
        Path file = write("file", "x");
        assertThat(only(file.resolve("rondo.yaml"))).startsWith(file + "/rondo.yaml cannot be read: ");
    }

    @Test
    void tenMegabytes() throws IOException {
        assertOnly(
                write("large.yaml", "# ten\n".repeat(10_000_000 / 6)),
                "large.yaml is larger than 1 MiB, which no configuration is");
    }

    @Test
    void oneMebibyteIsReadAndOneByteMoreIsNot() throws IOException {
        String head = "backends: [\"http://a\"]\n#";
        String filled = head + "x".repeat(YamlFile.LARGEST - head.length());
        assertThat(load(write("fits.yaml", filled))).isInstanceOf(Loaded.Valid.class);
        assertThat(load(write("over.yaml", filled + "x"))).isInstanceOf(Loaded.Broken.class);
    }

    @Test
    void notUtf8() throws IOException {
        Path file = directory.resolve("latin1.yaml");
        Files.write(file, "# fine\nvia: caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        assertOnly(file, "latin1.yaml:2:9 byte 15 of the file (0xE9) is not UTF-8; save the file as UTF-8");
    }

    @Test
    void cutInTheMiddleOfACharacter() throws IOException {
        Path file = directory.resolve("cut.yaml");
        Files.write(file, new byte[] {'#', (byte) 0xc3});
        assertOnly(file, "cut.yaml:1:2 byte 1 of the file (0xC3) is not UTF-8; save the file as UTF-8");
    }

    @Test
    void utf16() throws IOException {
        Path file = directory.resolve("wide.yaml");
        Files.write(file, "via: x\n".getBytes(StandardCharsets.UTF_16));
        assertOnly(file, "wide.yaml:1:1 byte 0 of the file (0xFE) is not UTF-8; save the file as UTF-8");
    }

    @Test
    void byteOrderMarkIsNoTrouble() throws IOException {
        assertThat(load(write("bom.yaml", "\uFEFFbackends: [\"http://a\"]\n"))).isInstanceOf(Loaded.Valid.class);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private void assertOnly(Path file, String expected) {
        assertThat(only(file)).isEqualTo(directory + "/" + expected);
    }

    private static String only(Path file) {
        Loaded loaded = load(file);
        assertThat(loaded).isInstanceOf(Loaded.Broken.class);
        assertThat(((Loaded.Broken) loaded).problems()).hasSize(1);
        return ((Loaded.Broken) loaded).problems().getFirst().toString();
    }

    private static Loaded load(Path file) {
        return ConfigurationLoader.load(file, Map.of(), Map.of());
    }
}
