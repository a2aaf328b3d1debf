package dev.rondo.balancer.http;

import org.jspecify.annotations.Nullable;

/** Methods that a proxy or its metrics know by name; any other token is passed on as it is (RFC 9110 §9.1). */
@SuppressWarnings("ImmutableEnumChecker") // the array is written once and never handed out
public enum Method {
    GET(true),
    HEAD(true),
    POST(false),
    PUT(true),
    DELETE(true),
    OPTIONS(true),
    TRACE(true),
    PATCH(false),
    CONNECT(false);

    private final byte[] ascii = Octets.ascii(name());
    private final boolean idempotent;

    Method(boolean idempotent) {
        this.idempotent = idempotent;
    }

    /** Whether sending it twice means the same as once (RFC 9110 §9.2.2). */
    public boolean isIdempotent() {
        return idempotent;
    }

    /** Whether it asks for nothing to be changed (RFC 9110 §9.2.1). */
    public boolean isSafe() {
        return switch (this) {
            case GET, HEAD, OPTIONS, TRACE -> true;
            case POST, PUT, DELETE, PATCH, CONNECT -> false;
        };
    }

    static @Nullable Method of(byte[] bytes, int from, int to) {
        for (Method method : values) {
            if (method.ascii.length == to - from
                    && java.util.Arrays.equals(bytes, from, to, method.ascii, 0, method.ascii.length)) {
                return method;
            }
        }
        return null;
    }

    private static final Method[] values = values();
}
