package dev.rondo.balancer.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cookie that brings a client back to its backend.
 *
 * @param cookie its name, a token (RFC 6265 §4.1.1)
 * @param ttl its {@code Max-Age}; null is until the browser closes
 * @param sameSite its {@code SameSite}
 * @param secure whether it has {@code Secure}
 * @param httpOnly whether it has {@code HttpOnly}
 * @param secret signs it; null where the process makes up a secret of its own, which no other process and no later one knows
 */
public record Affinity(
        String cookie,
        @Nullable Duration ttl,
        SameSite sameSite,
        boolean secure,
        boolean httpOnly,
        @Nullable String secret) {
    /** With which requests of other sites a browser sends the cookie. */
    public enum SameSite {
        /** With those by which a user comes to this site. */
        LAX,
        /** With none. */
        STRICT,
        /** With all. */
        NONE
    }

    public Affinity {
        var check = new Rejected.Check();
        check.that(NetworkScalars.isToken(cookie), "cookie", "is not a cookie name (RFC 6265 §4.1.1)");
        if (ttl != null)
            check.that(ttl.toSeconds() >= 1, "ttl", "must be a second or more, since Max-Age counts seconds");
        if (sameSite == SameSite.NONE && !secure)
            check.fail(List.of("same-site", "secure"), "none is refused by browsers without secure: true beside it");
        if ((cookie.startsWith("__Secure-") || cookie.startsWith("__Host-")) && !secure)
            check.fail(
                    List.of("cookie", "secure"),
                    "begins with a prefix that browsers refuse without secure: true beside it");
        check.that(secret == null || !secret.isEmpty(), "secret", "is empty");
        check.done();
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "Affinity[cookie=%s, ttl=%s, sameSite=%s, secure=%s, httpOnly=%s, secret=%s]"
                .formatted(cookie, ttl, sameSite, secure, httpOnly, secret == null ? "none" : Secret.HIDDEN);
    }
}
