package dev.rondo.balancer.config;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Words in messages. */
final class Text {
    private static final int LONGEST_QUOTE = 80;

    private Text() {}

    /** In double quotes, on one line, cut where it is long: what a file says may come from anybody. */
    static String quoted(String raw) {
        String text = raw.replaceFirst("//[^/@\\s]*@", "//…@"); // user info is a secret
        StringBuilder out = new StringBuilder("\"");
        int end = Math.min(text.length(), LONGEST_QUOTE);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c == '\n') out.append("\\n");
            else if (c == '\t') out.append("\\t");
            else if (unprintable(c)) out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            else out.append(c);
        }
        return out.append(end < text.length() ? "…\"" : "\"").toString();
    }

    private static boolean unprintable(char c) {
        int kind = Character.getType(c);
        return Character.isISOControl(c)
                || kind == Character.FORMAT
                || kind == Character.LINE_SEPARATOR
                || kind == Character.PARAGRAPH_SEPARATOR
                || kind == Character.SURROGATE;
    }

    /** The name that {@code typed} was probably meant to be. */
    static Optional<String> nearest(String typed, Stream<String> names) {
        String plain = plain(typed);
        int allowed = Math.max(1, plain.length() / 3);
        return names.filter(name -> Math.abs(name.length() - typed.length()) <= allowed + 2)
                .map(name -> new Guess(name, distance(plain, plain(name))))
                .filter(guess -> guess.distance <= allowed && guess.distance < plain.length())
                .min(Comparator.comparingInt(Guess::distance).thenComparing(Guess::name))
                .map(Guess::name);
    }

    private record Guess(String name, int distance) {}

    /** {@code maxBody}, {@code max_body} and {@code MAX-BODY} are the same name typed by different people. */
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
    }

    /** Edits from one to the other, where swapping neighbours is one edit (optimal string alignment). */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) d[i][0] = i;
        for (int j = 0; j <= b.length(); j++) d[0][j] = j;
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + same);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1))
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
        return d[a.length()][b.length()];
    }
}
