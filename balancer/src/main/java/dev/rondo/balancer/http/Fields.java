package dev.rondo.balancer.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Field lines in the bytes they came in (RFC 9112 §5). Strict: no folding, no space before the colon, no control characters,
 * CRLF and nothing else at the end of a line. Reused from one message to the next; not thread-safe.
 */
public abstract sealed class Fields permits Head, Trailers {
    private static final int MARKS = 4;
    private static final int NAME = 0;
    private static final int NAME_END = 1;
    private static final int VALUE = 2;
    private static final int VALUE_END = 3;

    private static final int FIRST_FIELDS = 16;

    byte[] bytes = {};
    private int count;
    private int[] marks = {};
    private FieldName[] names = {};
    private boolean[] dropped = {};
    /** A bit for each name that stands in some line: most questions are for a field that is not there. */
    private long present;

    /** Parses the lines that begin at {@code from} and end with an empty one; gives the index behind that. */
    final int parseFields(int from) throws BadMessage {
        byte[] b = bytes;
        int p = from;
        forgetFields();
        while (b[p] != '\r') {
            int name = p;
            boolean underscore = false;
            while (Octets.is(Octets.TOKEN, b[p])) underscore |= b[p++] == '_';
            int nameEnd = p;
            if (nameEnd == name || b[p] != ':') throw BadMessage.malformed("field name");
            p++;
            while (Octets.isSpace(b[p])) p++;
            int value = p;
            while (p + Words.SIZE <= b.length && Words.noControl(Words.at(b, p))) p += Words.SIZE;
            while (Octets.is(Octets.VALUE, b[p])) p++;
            if (b[p] != '\r' || b[p + 1] != '\n') throw BadMessage.malformed("field value");
            int valueEnd = p;
            while (valueEnd > value && Octets.isSpace(b[valueEnd - 1])) valueEnd--;
            p += 2;
            if (underscore && isFramingAlias(name, nameEnd)) throw BadMessage.malformed("field name");
            // CGI and its heirs cannot tell X_Forwarded_For from X-Forwarded-For; nginx drops such names too
            add(name, nameEnd, value, valueEnd, underscore);
        }
        if (b[p + 1] != '\n') throw BadMessage.malformed("line end");
        return p + 2;
    }

    /** Whether some backend might take the name for one that frames the body. */
    private boolean isFramingAlias(int from, int to) {
        byte[] alias = Octets.ascii(text(from, to).replace('_', '-'));
        FieldName name = FieldName.of(alias, 0, alias.length);
        return name == FieldName.CONTENT_LENGTH || name == FieldName.TRANSFER_ENCODING;
    }

    private void add(int name, int nameEnd, int value, int valueEnd, boolean drop) {
        if (count == names.length) {
            int size = Math.max(FIRST_FIELDS, count * 2);
            names = Arrays.copyOf(names, size);
            dropped = Arrays.copyOf(dropped, size);
            marks = Arrays.copyOf(marks, size * MARKS);
        }
        int at = count * MARKS;
        marks[at + NAME] = name;
        marks[at + NAME_END] = nameEnd;
        marks[at + VALUE] = value;
        marks[at + VALUE_END] = valueEnd;
        FieldName known = FieldName.of(bytes, name, nameEnd);
        names[count] = known;
        present |= known.bit;
        dropped[count] = drop;
        count++;
    }

    final void forgetFields() {
        count = 0;
        present = 0;
    }

    /** Whether a line with this name came, dropped or not. */
    final boolean came(FieldName name) {
        return (present & name.bit) != 0;
    }

    /** Number of field lines. */
    public final int count() {
        return count;
    }

    final FieldName name(int field) {
        return names[field];
    }

    final int nameStart(int field) {
        return marks[field * MARKS + NAME];
    }

    final int nameEnd(int field) {
        return marks[field * MARKS + NAME_END];
    }

    final int valueStart(int field) {
        return marks[field * MARKS + VALUE];
    }

    final int valueEnd(int field) {
        return marks[field * MARKS + VALUE_END];
    }

    /** Index behind the CRLF of a line. */
    final int lineEnd(int field, int end) {
        return field + 1 < count ? nameStart(field + 1) : end;
    }

    final void drop(int field) {
        dropped[field] = true;
    }

    final boolean isDropped(int field) {
        return dropped[field];
    }

    /** The value of the first line with this name as sent, one character a byte; null where there is none. */
    public final @Nullable String value(FieldName name) {
        if (!came(name)) return null;
        for (int i = 0; i < count; i++) if (names[i] == name && !dropped[i]) return value(i);
        return null;
    }

    /** As {@link #value(FieldName)}, for a name that need not be known; upper and lower case are the same. */
    public final @Nullable String value(String name) {
        byte[] wanted = Octets.ascii(name.toLowerCase(Locale.ROOT));
        for (int i = 0; i < count; i++) {
            if (!dropped[i] && Octets.equalsIgnoreCase(bytes, nameStart(i), nameEnd(i), wanted)) return value(i);
        }
        return null;
    }

    final String value(int field) {
        return text(valueStart(field), valueEnd(field));
    }

    final String text(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    final boolean valueIs(int field, byte[] lower) {
        return Octets.equalsIgnoreCase(bytes, valueStart(field), valueEnd(field), lower);
    }

    /** Drops every field that has the name at {@code bytes[from, to)} and may be dropped at the word of a peer. */
    final void dropNominated(int from, int to) {
        for (int i = 0; i < count; i++) {
            FieldName name = names[i];
            boolean frames = name == FieldName.HOST
                    || name == FieldName.CONTENT_LENGTH
                    || name == FieldName.TRANSFER_ENCODING
                    || name == FieldName.CONNECTION
                    || name == FieldName.EXPECT;
            if (!frames && sameName(i, from, to)) dropped[i] = true;
        }
    }

    private boolean sameName(int field, int from, int to) {
        int start = nameStart(field);
        if (nameEnd(field) - start != to - from) return false;
        for (int i = 0; i < to - from; i++) {
            if (Octets.lower(bytes[start + i]) != Octets.lower(bytes[from + i])) return false;
        }
        return true;
    }

    /** The decimal number that is the whole value of a field; -1 where it is anything else or does not fit a long. */
    final long decimal(int field) {
        int from = valueStart(field);
        int to = valueEnd(field);
        if (from == to) return -1;
        long number = 0;
        for (int i = from; i < to; i++) {
            if (!Octets.isDigit(bytes[i])) return -1;
            int digit = bytes[i] - '0';
            if (number > (Long.MAX_VALUE - digit) / 10) return -1;
            number = number * 10 + digit;
        }
        return number;
    }
}
