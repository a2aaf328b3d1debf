package dev.rondo.balancer.http;

import java.nio.charset.StandardCharsets;

/** Classes of octets in the grammar of HTTP (RFC 9110 §5.6, RFC 9112 §3). */
final class Octets {
    /** {@code tchar}, RFC 9110 §5.6.2. */
    static final int TOKEN = 1;
    /** What a field value may hold: VCHAR, obs-text, SP and HTAB, RFC 9110 §5.5. */
    static final int VALUE = 2;
    /** What a request target may hold: visible ASCII without {@code #}, which only a client may see (RFC 9112 §3.2). */
    static final int TARGET = 4;
    /** What the host of an authority may hold: RFC 3986 reg-name without the comma, which proxies take for a list. */
    static final int HOST = 8;

    private static final byte[] CLASSES = new byte[256];

    static {
        for (int c = 0; c < 256; c++) {
            boolean alphanumeric = c < 128 && (Character.isDigit(c) || Character.isLetter(c));
            int is = 0;
            if (alphanumeric || "!#$%&'*+-.^_`|~".indexOf(c) >= 0) is |= TOKEN;
            if (c == '\t' || (c >= ' ' && c != 0x7f)) is |= VALUE;
            if (c > ' ' && c < 0x7f && c != '#') is |= TARGET;
            if (alphanumeric || "-._~%!$&'()*+;=".indexOf(c) >= 0) is |= HOST;
            CLASSES[c] = (byte) is;
        }
    }

    private Octets() {}

    static boolean is(int octetClass, byte octet) {
        return (CLASSES[octet & 0xff] & octetClass) != 0;
    }

    static boolean isSpace(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    static boolean isDigit(byte octet) {
        return octet >= '0' && octet <= '9';
    }

    /** The value of a hexadecimal digit, or -1. */
    static int hex(byte octet) {
        if (isDigit(octet)) return octet - '0';
        int lower = octet | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    /** Whether {@code bytes[from, to)} is {@code lower} in any case; {@code lower} is lower case. */
    static boolean equalsIgnoreCase(byte[] bytes, int from, int to, byte[] lower) {
        if (to - from != lower.length) return false;
        for (int i = 0; i < lower.length; i++) if (lower(bytes[from + i]) != lower[i]) return false;
        return true;
    }

    static byte lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? (byte) (octet | 0x20) : octet;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
