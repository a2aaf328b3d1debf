package dev.rondo.balancer.http;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The fields a proxy must know by name, found by length first and then by comparison. */
@SuppressWarnings("ImmutableEnumChecker") // the array is written once and never handed out
public enum FieldName {
    OTHER(Hop.END_TO_END),
    AGE,
    AUTHORIZATION,
    CACHE_CONTROL,
    CONNECTION(Hop.BY_HOP),
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_RANGE,
    CONTENT_TYPE,
    COOKIE,
    DATE,
    EXPECT,
    EXPIRES,
    FORWARDED,
    HOST,
    HTTP2_SETTINGS(Hop.BY_HOP),
    IDEMPOTENCY_KEY,
    IF_MATCH,
    IF_MODIFIED_SINCE,
    IF_NONE_MATCH,
    IF_RANGE,
    IF_UNMODIFIED_SINCE,
    KEEP_ALIVE(Hop.BY_HOP),
    LOCATION,
    MAX_FORWARDS,
    /** Never a field of HTTP, but CGI turns it into HTTP_PROXY (CVE-2016-5385). */
    PROXY(Hop.BY_HOP),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    PROXY_CONNECTION(Hop.BY_HOP),
    RANGE,
    REFERER,
    RETRY_AFTER,
    SET_COOKIE,
    TE(Hop.BY_HOP),
    TRACEPARENT,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE(Hop.BY_HOP),
    USER_AGENT,
    VARY,
    VIA,
    WWW_AUTHENTICATE,
    X_FORWARDED_FOR,
    X_FORWARDED_HOST,
    X_FORWARDED_PROTO,
    X_REQUEST_ID;

    private enum Hop {
        END_TO_END,
        BY_HOP
    }

    private static final int LONGEST = 19;
    private static final FieldName[][] BY_LENGTH = new FieldName[LONGEST + 1][];

    static {
        for (int length = 0; length <= LONGEST; length++) {
            int wanted = length;
            BY_LENGTH[length] = java.util.Arrays.stream(values())
                    .filter(name -> name != OTHER && name.lower.length == wanted)
                    .toArray(FieldName[]::new);
        }
    }

    private final byte[] lower =
            name().toLowerCase(Locale.ROOT).replace('_', '-').getBytes(StandardCharsets.US_ASCII);
    private final boolean hopByHop;

    /** One of its own for each. */
    @SuppressWarnings("EnumOrdinal") // what it is used for lives no longer than a message
    final long bit = 1L << ordinal();

    FieldName() {
        this(Hop.END_TO_END);
    }

    FieldName(Hop hop) {
        this.hopByHop = hop == Hop.BY_HOP;
    }

    /** Whether the field never goes further than the connection it came on (RFC 9110 §7.6.1). */
    boolean isHopByHop() {
        return hopByHop;
    }

    /** The name in lower case; not to be changed. */
    byte[] lower() {
        return lower;
    }

    /** The field whose name stands at {@code bytes[from, to)}, in any case. */
    static FieldName of(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length > LONGEST) return OTHER;
        for (FieldName name : BY_LENGTH[length]) {
            // the last octet tells more names apart than the first: x-forwarded-for, if-none-match
            if ((bytes[to - 1] | 0x20) == name.lower[length - 1]
                    && Octets.equalsIgnoreCase(bytes, from, to, name.lower)) {
                return name;
            }
        }
        return OTHER;
    }
}
