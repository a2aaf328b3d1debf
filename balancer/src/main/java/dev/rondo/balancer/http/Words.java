package dev.rondo.balancer.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight octets at a time (Mycroft's test for a zero byte, 1987). A word that may hold what is looked for is then looked at
 * octet by octet, so a false alarm costs time and nothing else; there are no false all-clears.
 */
final class Words {
    /** Octets in a word. */
    static final int SIZE = 8;

    private static final VarHandle VIEW = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private Words() {}

    /** The octets {@code [at, at + 8)}, all of them within {@code bytes}. */
    static long at(byte[] bytes, int at) {
        return (long) VIEW.get(bytes, at);
    }

    /** Whether no octet is a line feed. */
    static boolean noLineFeed(long word) {
        long zeroWhereLf = word ^ ONES * '\n';
        return ((zeroWhereLf - ONES) & ~zeroWhereLf & HIGHS) == 0;
    }

    /** Whether no octet is below {@code ' '} or DEL: all can stand in a field value. */
    static boolean noControl(long word) {
        long zeroWhereDel = word ^ ONES * 0x7f;
        return ((word - ONES * ' ') & ~word & HIGHS) == 0 && ((zeroWhereDel - ONES) & ~zeroWhereDel & HIGHS) == 0;
    }

    /** Whether no octet is CR, LF, NUL or another below CR. */
    static boolean noLineEndNorNul(long word) {
        return ((word - ONES * ('\r' + 1)) & ~word & HIGHS) == 0;
    }
}
