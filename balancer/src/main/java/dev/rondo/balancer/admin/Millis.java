package dev.rondo.balancer.admin;

import java.math.BigDecimal;

/** Durations as the API shows them. */
final class Millis {
    private Millis() {}

    /** Milliseconds with three decimals, rounded down to the microsecond; below zero 0. */
    static BigDecimal of(long nanos) {
        return BigDecimal.valueOf(Math.max(0, nanos) / 1_000, 3);
    }
}
