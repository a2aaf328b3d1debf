package dev.rondo.backend;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with this backend on purpose.
 *
 * @param failure what happens to a request that is hit
 * @param delay how long a request that is hit waits first
 * @param rate the share of requests that are hit, above 0 and up to 1
 * @param seed starts the sequence of hits anew, so that it can be repeated; null to go on with the one there is
 * @param unready whether {@code /health/ready} fails; knows no rate
 */
record Fault(
        Failure failure,
        Duration delay,
        double rate,
        @Nullable Long seed,
        boolean unready) {
    static final Fault NONE = new Fault(new Failure.None(), Duration.ZERO, 1, null, false);

    Fault {
        if (!(rate > 0 && rate <= 1)) {
            throw new IllegalArgumentException("a rate must be above 0 and up to 1, and is " + rate);
        }
    }

    /** What happens to a request that is hit, after its delay. */
    sealed interface Failure {
        /** It is answered as ever. */
        record None() implements Failure {}

        /** It is answered with {@code code} instead. */
        record Status(int code) implements Failure {}

        /** Its connection is reset before a byte is sent. */
        record Refuse() implements Failure {}

        /** Its connection is closed in the middle of the response's body. */
        record Drop() implements Failure {}
    }

    /** Whether requests are affected at all, readiness aside. */
    boolean touchesRequests() {
        return !(failure instanceof Failure.None) || !delay.isZero();
    }
}
