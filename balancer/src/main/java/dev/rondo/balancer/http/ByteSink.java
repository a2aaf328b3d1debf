package dev.rondo.balancer.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing array of bytes that is written to and emptied again. Not thread-safe. */
public final class ByteSink {
    private static final byte[] HEX = Octets.ascii("0123456789abcdef");

    byte[] bytes;
    int length;

    /** An empty sink with room for {@code capacity} bytes before it grows. */
    public ByteSink(int capacity) {
        bytes = new byte[capacity];
    }

    /** Number of bytes written since the last {@link #clear}. */
    public int length() {
        return length;
    }

    /** The bytes; only the first {@link #length} count, and only until the next write. */
    public byte[] array() {
        return bytes;
    }

    /** Forgets what was written. */
    public ByteSink clear() {
        length = 0;
        return this;
    }

    /** Appends {@code octet}. */
    public ByteSink put(int octet) {
        ensure(1);
        bytes[length++] = (byte) octet;
        return this;
    }

    /** Appends all of {@code source}. */
    public ByteSink put(byte[] source) {
        return put(source, 0, source.length);
    }

    /** Appends {@code source[from, to)}. */
    public ByteSink put(byte[] source, int from, int to) {
        int count = to - from;
        ensure(count);
        System.arraycopy(source, from, bytes, length, count);
        length += count;
        return this;
    }

    /** Appends {@code text}, one byte a character. */
    public ByteSink put(String text) {
        return put(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Appends {@code value} in decimal; {@code value} is not negative. */
    public ByteSink putDecimal(long value) {
        int digits = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) digits++;
        ensure(digits);
        long rest = value;
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    /** Appends the sixteen hexadecimal digits of {@code value}. */
    public ByteSink putHex(long value) {
        ensure(16);
        for (int shift = 60; shift >= 0; shift -= 4) bytes[length++] = HEX[(int) (value >>> shift) & 15];
        return this;
    }

    private void ensure(int count) {
        if (bytes.length - length < count) bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }
}
