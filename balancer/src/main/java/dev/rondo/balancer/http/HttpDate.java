package dev.rondo.balancer.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** {@code IMF-fixdate} (RFC 9110 §5.6.7), made anew when the second changes. Not thread-safe. */
public final class HttpDate {
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private long second = Long.MIN_VALUE;
    private byte[] text = new byte[0];

    /** The date of {@code millis} since the epoch. */
    public byte[] at(long millis) {
        long now = Math.floorDiv(millis, 1000);
        if (now != second) {
            text = Octets.ascii(FORMAT.format(Instant.ofEpochSecond(now)));
            second = now;
        }
        return text;
    }
}
