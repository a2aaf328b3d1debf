package dev.rondo.balancer.proxy;

import java.nio.ByteBuffer;

/** Writes data as a chunk (RFC 9112 §7.1). */
final class Chunks {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    /** What a chunk of a buffer's payload has around its data, at most: four digits and two line ends. */
    static final int OVERHEAD = 8;

    private Chunks() {}

    /** Moves {@code count} bytes, more than 0, of {@code in} to {@code out} as one chunk. */
    static void put(ByteBuffer in, ByteBuffer out, int count) {
        int digits = (35 - Integer.numberOfLeadingZeros(count)) / 4;
        for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out.put(HEX[count >>> shift & 15]);
        out.put((byte) '\r').put((byte) '\n');
        copy(in, out, count);
        out.put((byte) '\r').put((byte) '\n');
    }

    /** Moves {@code count} bytes of {@code in} to {@code out} as they are. */
    static void copy(ByteBuffer in, ByteBuffer out, int count) {
        out.put(out.position(), in, in.position(), count);
        in.position(in.position() + count);
        out.position(out.position() + count);
    }
}
