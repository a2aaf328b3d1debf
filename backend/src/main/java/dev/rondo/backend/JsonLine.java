package dev.rondo.backend;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON object on one line. Every character outside printable ASCII is escaped, so nothing a client sends can end
 * the line, reach a terminal as a control sequence or come out as invalid UTF-8.
 */
final class JsonLine {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final StringBuilder out = new StringBuilder(256).append('{');

    JsonLine text(String key, @Nullable String value) {
        if (value != null) {
            key(key);
            quote(value);
        }
        return this;
    }

    JsonLine number(String key, long value) {
        key(key);
        out.append(value);
        return this;
    }

    /** Writes {@code nanos} in milliseconds with three decimals. */
    JsonLine millis(String key, long nanos) {
        key(key);
        out.append(String.format(Locale.ROOT, "%d.%03d", nanos / 1_000_000, (nanos / 1_000) % 1_000));
        return this;
    }

    /** Ends the object and returns it with its line feed. */
    String end() {
        return out.append("}\n").toString();
    }

    private void key(String key) {
        if (out.length() > 1) {
            out.append(',');
        }
        quote(key);
        out.append(':');
    }

    private void quote(String value) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c >= ' ' && c <= '~') {
                out.append(c);
            } else {
                out.append("\\u")
                        .append(HEX[c >> 12])
                        .append(HEX[(c >> 8) & 15])
                        .append(HEX[(c >> 4) & 15])
                        .append(HEX[c & 15]);
            }
        }
        out.append('"');
    }
}
