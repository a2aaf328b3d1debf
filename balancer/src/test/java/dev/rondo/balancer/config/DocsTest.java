package dev.rondo.balancer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Whoever begins at the README finds every page, every picture and every example, and no link leads nowhere. */
class DocsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```$");

    private static List<Path> pages() throws IOException {
        return Stream.concat(files(ROOT, 1), files(ROOT.resolve("docs"), 9))
                .filter(file -> file.toString().endsWith(".md"))
                .toList();
    }

    private static Stream<Path> files(Path directory, int depth) throws IOException {
        try (Stream<Path> all = Files.walk(directory, depth)) {
            return all.filter(Files::isRegularFile).sorted().toList().stream();
        }
    }

    /** The targets of the page's links into this repository, with their fragments. */
    private static List<String> links(Path page) throws IOException {
        String text = CODE.matcher(Files.readString(page)).replaceAll("");
        return LINK.matcher(text)
                .results()
                .map(found -> found.group(1))
                .filter(target -> !target.contains("://") && !target.startsWith("mailto:"))
                .toList();
    }

    private static Path target(Path page, String link) {
        String path = link.contains("#") ? link.substring(0, link.indexOf('#')) : link;
        return path.isEmpty() ? page : page.resolveSibling(path).normalize();
    }

    @TestFactory
    Stream<DynamicTest> everyLinkLeadsSomewhere() throws IOException {
        return pages().stream()
                .map(page -> DynamicTest.dynamicTest(ROOT.relativize(page).toString(), () -> {
                    for (String link : links(page)) {
                        Path target = target(page, link);
                        assertThat(target).as(link).exists();
                        if (link.contains("#") && target.toString().endsWith(".md"))
                            assertThat(anchors(target)).as(link).contains(link.substring(link.indexOf('#') + 1));
                    }
                }));
    }

    @Test
    void everythingIsReachedFromTheReadme() throws IOException {
        Set<Path> reached = new TreeSet<>();
        Deque<Path> next = new ArrayDeque<>(List.of(ROOT.resolve("README.md")));
        while (!next.isEmpty()) {
            Path page = next.pop();
            if (!reached.add(page) || !page.toString().endsWith(".md")) continue;
            for (String link : links(page)) next.push(target(page, link));
        }
        assertThat(reached).containsAll(files(ROOT.resolve("docs"), 9).toList());
        assertThat(reached).containsAll(files(ROOT.resolve("examples"), 9).toList());
    }

    /** What a page's headings are called in links: lower case, spaces as dashes, without punctuation. */
    private static Set<String> anchors(Path page) throws IOException {
        Set<String> anchors = new TreeSet<>();
        String text = CODE.matcher(Files.readString(page)).replaceAll("");
        for (MatchResult found :
                Pattern.compile("(?m)^#+ (.*)$").matcher(text).results().toList()) {
            String plain = found.group(1).toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "");
            anchors.add(plain.replace(' ', '-'));
        }
        return anchors;
    }
}
