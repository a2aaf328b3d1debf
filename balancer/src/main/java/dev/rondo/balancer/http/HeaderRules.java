package dev.rondo.balancer.http;

import dev.rondo.balancer.config.HeadersConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a pool sets, adds and removes in one direction, ready for use on bytes. Immutable. */
public final class HeaderRules {
    /** Changes nothing. */
    public static final HeaderRules NONE = new HeaderRules(HeadersConfig.Rules.NONE);

    private final byte[][] replaced;
    private final byte[] lines;
    private final int lineCount;
    private final byte @Nullable [] host;

    /** Compiles {@code rules}, whose names and values the configuration has checked. */
    public HeaderRules(HeadersConfig.Rules rules) {
        List<byte[]> names = new ArrayList<>();
        ByteSink sink = new ByteSink(128);
        byte[] newHost = null;
        int count = 0;
        for (String name : rules.remove()) names.add(Octets.ascii(name.toLowerCase(Locale.ROOT)));
        for (Map.Entry<String, String> rule : rules.set().entrySet()) {
            if (rule.getKey().equalsIgnoreCase("host")) {
                newHost = Octets.ascii(rule.getValue());
                continue;
            }
            names.add(Octets.ascii(rule.getKey().toLowerCase(Locale.ROOT)));
            sink.put(rule.getKey()).put(": ").put(rule.getValue()).put("\r\n");
            count++;
        }
        for (Map.Entry<String, String> rule : rules.add().entrySet()) {
            sink.put(rule.getKey()).put(": ").put(rule.getValue()).put("\r\n");
            count++;
        }
        replaced = names.toArray(byte[][]::new);
        lines = java.util.Arrays.copyOf(sink.array(), sink.length());
        lineCount = count;
        host = newHost;
    }

    /** Whether a field of this name is not passed on. */
    boolean replaces(byte[] bytes, int from, int to) {
        for (byte[] name : replaced) if (Octets.equalsIgnoreCase(bytes, from, to, name)) return true;
        return false;
    }

    /** Whether a field of this name is not passed on, and not written by Rondo itself. */
    boolean replaces(FieldName name) {
        return replaced.length > 0 && replaces(name.lower(), 0, name.lower().length);
    }

    /** The value that {@code Host} is set to, null where it is left alone. */
    byte @Nullable [] host() {
        return host;
    }

    /** Appends the lines that are set and added; gives their number. */
    int appendTo(ByteSink out) {
        out.put(lines);
        return lineCount;
    }
}
