package dev.rondo.balancer.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TimestampTest {
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter COMMON = DateTimeFormatter.ofPattern(
                    "dd/MMM/uuuu:HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    @Property(tries = 5_000)
    void agreesWithTheClockOfTheJdk(
            @ForAll @LongRange(min = -62_167_219_200_000L, max = 253_402_300_799_999L) long millis) {
        assertThat(iso(millis)).isEqualTo(ISO.format(Instant.ofEpochMilli(millis)));
        assertThat(common(millis)).isEqualTo(COMMON.format(Instant.ofEpochMilli(millis)));
    }

    @Test
    void knowsLeapDays() {
        assertThat(iso(Instant.parse("2024-02-29T23:59:59.999Z").toEpochMilli()))
                .isEqualTo("2024-02-29T23:59:59.999Z");
        assertThat(iso(Instant.parse("1900-03-01T00:00:00Z").toEpochMilli())).isEqualTo("1900-03-01T00:00:00.000Z");
        assertThat(iso(Instant.parse("2000-02-29T00:00:00Z").toEpochMilli())).isEqualTo("2000-02-29T00:00:00.000Z");
    }

    private static String iso(long millis) {
        LineBuffer out = new LineBuffer(4);
        Timestamp.iso(millis, out);
        return StandardCharsets.US_ASCII.decode(out.view()).toString();
    }

    private static String common(long millis) {
        LineBuffer out = new LineBuffer(4);
        Timestamp.common(millis, out);
        return StandardCharsets.US_ASCII.decode(out.view()).toString();
    }
}
