package dev.rondo.balancer.health;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Looks for a text in the beginning of a body, wherever the reads have cut it. */
final class BodySearch {
    /** How much of a body is looked at, in bytes. */
    static final int LIMIT = 64 * 1024;

    private final byte[] wanted;
    private final byte[] body = new byte[LIMIT];
    private int length;

    BodySearch(String wanted) {
        this.wanted = wanted.getBytes(StandardCharsets.UTF_8);
    }

    /** Takes the next bytes, as many as are still looked at; true where the text is there now. */
    boolean add(byte[] bytes, int count) {
        int from = Math.max(0, length - wanted.length + 1);
        int taken = Math.min(count, LIMIT - length);
        System.arraycopy(bytes, 0, body, length, taken);
        length += taken;
        for (int at = from; at + wanted.length <= length; at++) {
            if (Arrays.equals(body, at, at + wanted.length, wanted, 0, wanted.length)) return true;
        }
        return false;
    }

    /** Whether no more bytes are looked at. */
    boolean isFull() {
        return length == LIMIT;
    }
}
