package dev.rondo.balancer.proxy;

import dev.rondo.balancer.config.Affinity;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The line that gives a client the name of its backend (RFC 6265 §4.1). */
final class StickyCookie {
    private StickyCookie() {}

    static byte[] line(Affinity affinity, String token) {
        StringBuilder line = new StringBuilder("Set-Cookie: ");
        line.append(affinity.cookie()).append('=').append(token).append("; Path=/");
        if (affinity.ttl() != null)
            line.append("; Max-Age=").append(affinity.ttl().toSeconds());
        String sameSite = affinity.sameSite().name();
        line.append("; SameSite=")
                .append(sameSite.charAt(0))
                .append(sameSite.substring(1).toLowerCase(Locale.ROOT));
        if (affinity.secure()) line.append("; Secure");
        if (affinity.httpOnly()) line.append("; HttpOnly");
        return line.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
