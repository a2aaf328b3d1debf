package dev.rondo.balancer.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OldGenerationTest {
    @ParameterizedTest
    @CsvSource({
        "256,    0, false", // megabytes
        "257,    0, true",
        "300,  100, false",
        "357,  100, true",
        "900,  500, false",
        "1001, 500, true",
        "100,  500, false",
    })
    void itIsCollectedWhenItHasDoubledAndGrown(long used, long lived, boolean due) {
        assertThat(OldGeneration.isDue(used << 20, lived << 20)).isEqualTo(due);
    }

    /** Fills the old generation of a JVM of its own with what nobody uses, until that is collected. */
    public static final class Filling {
        private Filling() {}

        public static void main(String[] arguments) {
            for (long filled = 0; filled < 512; filled++) {
                byte[] garbage = new byte[1 << 20]; // larger than the young generation: allocated in the old one
                garbage[0] = 1;
                OldGeneration.lookAfter();
            }
        }
    }

    @Test
    void serialCollectsItBeforeTheHeapIsFull(@TempDir Path directory) throws Exception {
        Path log = directory.resolve("gc.log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmn512k",
                        "-Xmx2g",
                        "-Xlog:gc:file=" + log,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Filling.class.getName())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
        assertThat(Files.readString(log)).contains("Pause Full (System.gc())").doesNotContain("Pause Full (Allocation");
    }
}
