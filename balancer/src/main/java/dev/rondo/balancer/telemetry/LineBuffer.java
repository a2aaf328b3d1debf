package dev.rondo.balancer.telemetry;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes of a log that are being put together: growing, reused, ASCII only. What comes from outside goes through one of the
 * escaping methods, whose results hold no control byte, no byte over 0x7e and nothing that ends the field they stand in.
 */
final class LineBuffer {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private byte[] bytes;
    private int length;

    LineBuffer(int capacity) {
        bytes = new byte[capacity];
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    /** The bytes so far; valid until the next change. */
    ByteBuffer view() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    /** As it is: for text of our own, in ASCII. */
    LineBuffer text(String ascii) {
        int size = ascii.length();
        ensure(size);
        copy(ascii, size);
        return this;
    }

    /** The first {@code size} characters, for which there is room. Locals, so that the loop stays in registers. */
    private void copy(String ascii, int size) {
        byte[] to = bytes;
        int at = length;
        for (int i = 0; i < size; i++) {
            to[at + i] = (byte) ascii.charAt(i);
        }
        length = at + size;
    }

    /** How many characters at the start may be copied as they are. */
    private static int plain(String value, boolean noSpace) {
        int size = value.length();
        for (int i = 0; i < size; i++) {
            char c = value.charAt(i);
            if (!isPrintable(c) || c == '"' || c == '\\' || (noSpace && c == ' ')) {
                return i;
            }
        }
        return size;
    }

    LineBuffer one(char ascii) {
        ensure(1);
        bytes[length++] = (byte) ascii;
        return this;
    }

    /** In decimal; negative numbers too. */
    LineBuffer number(long value) {
        if (value < 0) {
            return text(Long.toString(value)); // never on the common way
        }
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        return padded(value, digits);
    }

    /** The last {@code width} digits, with zeros in front. */
    LineBuffer padded(long value, int width) {
        ensure(width);
        long rest = value;
        for (int i = length + width - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += width;
        return this;
    }

    /** Milliseconds with three decimals, rounded down to the microsecond; durations below zero are 0. */
    LineBuffer millis(long nanos) {
        long micros = Math.max(0, nanos) / 1_000;
        return number(micros / 1_000).one('.').padded(micros % 1_000, 3);
    }

    /** A JSON string with its quotes. Everything but printable ASCII becomes an escape of six characters (RFC 8259 §7). */
    LineBuffer json(String value) {
        ensure(2 + 6 * value.length());
        bytes[length++] = '"';
        int plain = plain(value, false);
        copy(value, plain);
        for (int i = plain; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                bytes[length++] = '\\';
                bytes[length++] = (byte) c;
            } else if (isPrintable(c)) {
                bytes[length++] = (byte) c;
            } else {
                unicodeEscape(isUnpaired(value, i) ? '\ufffd' : c); // which readers of JSON may refuse (RFC 8259 §8.2)
            }
        }
        bytes[length++] = '"';
        return this;
    }

    /** Within quotes of the NCSA formats: {@code \"}, {@code \\}, {@code \x0a}, and {@code \}{@code u2028} over 0xff. */
    LineBuffer quoted(String value) {
        return escaped(value, false);
    }

    /** Between the spaces of the NCSA formats: as {@link #quoted}, and no space; a hyphen for nothing. */
    LineBuffer word(String value) {
        return value.isEmpty() ? one('-') : escaped(value, true);
    }

    private LineBuffer escaped(String value, boolean noSpace) {
        ensure(6 * value.length());
        int plain = plain(value, noSpace);
        copy(value, plain);
        for (int i = plain; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                bytes[length++] = '\\';
                bytes[length++] = (byte) c;
            } else if (isPrintable(c) && !(noSpace && c == ' ')) {
                bytes[length++] = (byte) c;
            } else if (c <= 0xff) {
                bytes[length++] = '\\';
                bytes[length++] = 'x';
                bytes[length++] = (byte) HEX[c >> 4];
                bytes[length++] = (byte) HEX[c & 0xf];
            } else {
                unicodeEscape(c);
            }
        }
        return this;
    }

    private static boolean isPrintable(char c) {
        return c >= ' ' && c < 0x7f;
    }

    private static boolean isUnpaired(String value, int i) {
        return Character.isSurrogate(value.charAt(i))
                && !(i + 1 < value.length() && Character.isSurrogatePair(value.charAt(i), value.charAt(i + 1)))
                && !(i > 0 && Character.isSurrogatePair(value.charAt(i - 1), value.charAt(i)));
    }

    private void unicodeEscape(char c) {
        bytes[length++] = '\\';
        bytes[length++] = 'u';
        bytes[length++] = (byte) HEX[c >> 12];
        bytes[length++] = (byte) HEX[c >> 8 & 0xf];
        bytes[length++] = (byte) HEX[c >> 4 & 0xf];
        bytes[length++] = (byte) HEX[c & 0xf];
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }
}
