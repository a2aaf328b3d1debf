package dev.rondo.balancer.testkit;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes as tests write and show them: one character is one byte. */
public final class Bytes {
    private static final Pattern REPEAT = Pattern.compile("\\{\\{(.*?)\\*(\\d+)}}", Pattern.DOTALL);
    private static final int SHOWN = 1200;

    private Bytes() {}

    /** The bytes of {@code text}, whose characters are all below 256. */
    public static byte[] of(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** One character for each byte. */
    public static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** {@code text} with each <code>{{X*N}}</code> replaced by N times X. */
    public static String expand(String text) {
        Matcher matcher = REPEAT.matcher(text);
        return matcher.replaceAll(
                match -> Matcher.quoteReplacement(match.group(1).repeat(Integer.parseInt(match.group(2)))));
    }

    /** For a failure message: control characters escaped, a line break after each line feed, the middle of long texts left out. */
    public static String shown(String text) {
        StringBuilder out = new StringBuilder();
        int skipFrom = text.length() > SHOWN ? SHOWN / 2 : text.length();
        int skipTo = text.length() > SHOWN ? text.length() - SHOWN / 2 : text.length();
        appendShown(out, text, 0, skipFrom);
        if (skipTo > skipFrom) {
            out.append("…(").append(skipTo - skipFrom).append(" bytes)…");
            appendShown(out, text, skipTo, text.length());
        }
        return out.isEmpty() ? "(nothing)" : out.toString();
    }

    /** As {@link #shown(String)}. */
    public static String shown(byte[] bytes) {
        return shown(text(bytes));
    }

    private static void appendShown(StringBuilder out, String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\r' -> out.append("\\r");
                case '\n' -> out.append("\\n\n");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c >= ' ' && c < 0x7f) out.append(c);
                    else out.append(String.format("\\x%02x", (int) c));
                }
            }
        }
    }
}
