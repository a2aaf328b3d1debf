package dev.rondo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A configuration with words between at signs that are filled in. */
final class Template {
    private static final Pattern WORD = Pattern.compile("@([A-Z_]+)@");

    private Template() {}

    /** @throws BenchException where a word has no value */
    static void fill(Path template, Map<String, String> values, Path to) throws IOException, BenchException {
        Matcher matcher = WORD.matcher(Files.readString(template));
        StringBuilder filled = new StringBuilder();
        while (matcher.find()) {
            String value = values.get(matcher.group(1));
            if (value == null) throw new BenchException(template + ": nothing to fill in for " + matcher.group());
            matcher.appendReplacement(filled, Matcher.quoteReplacement(value));
        }
        Files.writeString(to, matcher.appendTail(filled));
    }
}
