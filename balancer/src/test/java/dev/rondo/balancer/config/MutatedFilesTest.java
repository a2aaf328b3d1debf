package dev.rondo.balancer.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the other tests, cut, glued and sprinkled with what means something in YAML; the seed makes it repeatable. */
class MutatedFilesTest {
    private static final Path DIRECTORY = Path.of("src/test/resources/config");
    private static final List<String> PIECES = List.of(
            "\n",
            " ",
            "\t",
            ":",
            "- ",
            "{",
            "}",
            "[",
            "]",
            "\"",
            "'",
            "&a ",
            "*a",
            "? ",
            "!x ",
            "|\n",
            ">",
            "#",
            "---\n",
            "<<",
            "~",
            "null",
            "off",
            "0",
            "-1",
            "\u0000",
            "\u0085",
            "\uD83D\uDE00",
            "%",
            "@",
            "default",
            "http://a:1",
            "1s",
            "port");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void alwaysAnAnswer(long seed) throws IOException {
        Random random = new Random(seed);
        List<String> texts = texts();
        for (int round = 0; round < 1500; round++) {
            StringBuilder text = new StringBuilder(pick(texts, random));
            for (int edit = random.nextInt(6); edit >= 0; edit--) {
                int at = random.nextInt(text.length() + 1);
                switch (random.nextInt(3)) {
                    case 0 -> text.insert(at, pick(PIECES, random));
                    case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(12)));
                    default -> text.insert(at, pick(texts, random));
                }
            }
            judge(text.toString(), seed, round);
        }
    }

    private static void judge(String text, long seed, int round) {
        try {
            ConfigurationFuzzTest.judge(ConfigurationLoader.load(text, new Findings("mutated"), Map.of(), Map.of()));
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ", round " + round + ":\n" + text, e);
        }
    }

    private static <T> T pick(List<T> from, Random random) {
        return from.get(random.nextInt(from.size()));
    }

    private static List<String> texts() throws IOException {
        try (Stream<Path> files = Files.walk(DIRECTORY)) {
            List<Path> sorted = files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
            List<String> texts = new java.util.ArrayList<>();
            for (Path file : sorted) texts.add(Files.readString(file));
            return texts;
        }
    }
}
