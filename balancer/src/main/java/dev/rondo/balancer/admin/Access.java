package dev.rondo.balancer.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the API.
 *
 * @param writable whether anything may be changed through it
 * @param token what every request to it must bear; null for nothing
 */
public record Access(boolean writable, @Nullable String token) {
    private static final String SCHEME = "Bearer ";

    /**
     * Whether a request with this {@code Authorization} may be answered (RFC 6750 §2.1). Takes as long for a token that is almost
     * right as for any other of its length.
     *
     * @param authorization null where there was none
     */
    boolean permits(@Nullable String authorization) {
        if (token == null) return true;
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) return false;
        String given = authorization.substring(SCHEME.length()).strip();
        return MessageDigest.isEqual(bytes(given), bytes(token));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Without the token, which stands in no log. */
    @Override
    public String toString() {
        return "Access[writable=" + writable + ", token=" + (token == null ? "none" : "set") + "]";
    }
}
