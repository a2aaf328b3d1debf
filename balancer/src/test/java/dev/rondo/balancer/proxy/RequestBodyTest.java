package dev.rondo.balancer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** How long a client may take for its body. */
class RequestBodyTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long GRACE = 10 * SECOND;

    @Test
    void theGraceComesFirst() {
        assertThat(RequestBody.allowance(GRACE, 0, 240, 0)).isEqualTo(GRACE);
        assertThat(RequestBody.allowance(GRACE, 0, 240, GRACE)).isZero();
    }

    @Test
    void bytesEarnTime() {
        assertThat(RequestBody.allowance(GRACE, 240 * 7, 240, 0)).isEqualTo(GRACE + 7 * SECOND);
        assertThat(RequestBody.allowance(GRACE, 240 * 7, 240, 16 * SECOND)).isEqualTo(SECOND);
        assertThat(RequestBody.allowance(GRACE, 240 * 7, 240, 18 * SECOND)).isEqualTo(-SECOND);
    }

    /** 9.22e9 bytes and a billion nanoseconds for each are more than a long holds. */
    @Test
    void aLongUploadIsNotSlow() {
        assertThat(RequestBody.allowance(GRACE, 9_300_000_000L, 240, 3600 * SECOND))
                .isGreaterThan(SECOND);
        assertThat(RequestBody.allowance(GRACE, Long.MAX_VALUE, 1, 365 * 24 * 3600 * SECOND))
                .isGreaterThan(SECOND);
    }

    @Property(seed = "4711", tries = 500)
    void moreBytesNeverShortenIt(
            @ForAll @LongRange(min = 0) long one,
            @ForAll @LongRange(min = 0) long other,
            @ForAll @IntRange(min = 1) int rate,
            @ForAll @LongRange(min = 0, max = Long.MAX_VALUE / 2) long waited) {
        assertThat(RequestBody.allowance(GRACE, Math.max(one, other), rate, waited))
                .isGreaterThanOrEqualTo(RequestBody.allowance(GRACE, Math.min(one, other), rate, waited));
    }
}
