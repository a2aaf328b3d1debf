package dev.rondo.balancer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of 1 KB that would expand to gigabytes, read by a JVM that has 64 MB. */
class AliasBombTest {
    /** What the child runs: the first problem, and the seconds that loading took, rounded down. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            long start = System.nanoTime();
            Loaded loaded = ConfigurationLoader.load(Path.of(arguments[0]), Map.of(), Map.of());
            long seconds = (System.nanoTime() - start) / 1_000_000_000L;
            System.out.print(seconds + " " + ((Loaded.Broken) loaded).problems());
        }
    }

    @Test
    void endsWithAClearErrorInSixtyFourMegabytes(@TempDir Path directory) throws IOException, InterruptedException {
        StringBuilder bomb = new StringBuilder("backends: [&a [" + "x,".repeat(30) + "x]");
        for (char name = 'b'; name <= 'm'; name++)
            bomb.append(", &")
                    .append(name)
                    .append(" [")
                    .append(("*" + (char) (name - 1) + ",").repeat(16))
                    .append("]");
        Path file = Files.writeString(directory.resolve("bomb.yaml"), bomb.append("]\n"));
        assertThat(Files.size(file)).isBetween(500L, 1024L);

        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(child.waitFor()).as(output).isZero();
        assertThat(output).contains("aliases repeat more than 10000 values").doesNotContain("Exception", "OutOfMemory");
    }
}
