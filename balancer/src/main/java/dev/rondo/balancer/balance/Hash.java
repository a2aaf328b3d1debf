package dev.rondo.balancer.balance;

import java.nio.charset.StandardCharsets;

/**
 * 64 bits of a text, the same in every process and version: clients stay where they are after a restart and in every replica.
 * It is not keyed: who chooses texts can choose them so that they meet at one backend, against which {@link BoundedLoad} helps.
 * Eight bytes at a time go through the finaliser of SplitMix64 (Stafford's thirteenth mixer, in Steele, Lea and Flood, "Fast
 * splittable pseudorandom number generators", OOPSLA 2014), which is a bijection: texts of up to eight bytes and equal length
 * never collide.
 */
public final class Hash {
    /** 2^64 divided by the golden ratio, odd. */
    static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private Hash() {}

    /** Of these bytes. */
    public static long of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    /** Of the bytes from {@code from} to before {@code to}. */
    public static long of(byte[] bytes, int from, int to) {
        long hash = GOLDEN;
        long word = 0;
        for (int i = from; i < to; i++) {
            int at = i - from & 7;
            word |= (bytes[i] & 0xFFL) << (at << 3);
            if (at == 7) {
                hash = mix(hash ^ word);
                word = 0;
            }
        }
        return end(hash, word, to - from);
    }

    /** Of the text's bytes in UTF-8; allocates only where it is not ASCII. */
    public static long of(String text) {
        long hash = GOLDEN;
        long word = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) return of(text.getBytes(StandardCharsets.UTF_8));
            word |= (long) c << ((i & 7) << 3);
            if ((i & 7) == 7) {
                hash = mix(hash ^ word);
                word = 0;
            }
        }
        return end(hash, word, text.length());
    }

    private static long end(long hash, long word, int length) {
        return mix(mix(hash ^ word) + GOLDEN * length);
    }

    /** Every bit of {@code value} changes each bit of the result with a chance of one half. A bijection. */
    static long mix(long value) {
        long z = value;
        z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }
}
