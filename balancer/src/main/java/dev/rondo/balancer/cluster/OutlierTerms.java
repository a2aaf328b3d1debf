package dev.rondo.balancer.cluster;

import dev.rondo.balancer.config.OutlierConfig;
import java.util.concurrent.TimeUnit;

/**
 * What {@link Outliers} goes by.
 *
 * @param enabled false: nobody is benched, and who was comes back with the next {@link Outliers#tick}
 * @param consecutiveFailures so many in a row eject; 0: none do
 * @param baseEjectionNanos length of the first ejection; also the time in service that takes one ejection off the
 *     record, and the longest that one trial keeps others out
 * @param maxEjectionNanos longest ejection, at least the base
 * @param maxEjectionPercent of the pool may be benched at once, but one always
 * @param successRateMinimumHosts so many need the volume before backends are compared
 * @param successRateRequestVolume requests within an interval that make a backend comparable
 * @param successRateStdevFactor how many standard deviations below the mean success rate are too many; 0: none
 * @param latencyFactor how many times the pool's median latency is too slow; 0: none
 * @param retryAfterMaxNanos longest that {@code Retry-After} benches; 0: it does not
 */
record OutlierTerms(
        boolean enabled,
        int consecutiveFailures,
        long baseEjectionNanos,
        long maxEjectionNanos,
        int maxEjectionPercent,
        int successRateMinimumHosts,
        int successRateRequestVolume,
        double successRateStdevFactor,
        double latencyFactor,
        long retryAfterMaxNanos) {
    OutlierTerms {
        if (consecutiveFailures < 0 || successRateMinimumHosts < 0 || successRateRequestVolume < 0)
            throw new IllegalArgumentException("negative count");
        if (baseEjectionNanos <= 0 || maxEjectionNanos < baseEjectionNanos || retryAfterMaxNanos < 0)
            throw new IllegalArgumentException("ejection times: 0 < base <= max, 0 <= Retry-After");
        if (maxEjectionPercent < 0 || maxEjectionPercent > 100)
            throw new IllegalArgumentException("share of " + maxEjectionPercent + " %");
        if (!(successRateStdevFactor >= 0) || !(latencyFactor >= 0))
            throw new IllegalArgumentException("negative factor");
    }

    static OutlierTerms of(OutlierConfig config) {
        return new OutlierTerms(
                config.enabled(),
                config.consecutiveFailures(),
                config.baseEjectionTime().toNanos(),
                config.maxEjectionTime().toNanos(),
                config.maxEjectionPercent(),
                config.successRateMinimumHosts(),
                config.successRateRequestVolume(),
                config.successRateStdevFactor(),
                config.latencyFactor(),
                config.retryAfterMax().toNanos());
    }

    /** Whether backends are compared with their pool at all. */
    boolean compares() {
        return enabled && (successRateStdevFactor > 0 || latencyFactor > 0);
    }

    /** Length of an ejection that is the {@code times}-th. */
    long ejectionNanos(int times) {
        return times >= mostTimes() ? maxEjectionNanos : baseEjectionNanos * times;
    }

    /** The number of ejections that makes the longest. */
    int mostTimes() {
        return (int) Math.min(Math.ceilDiv(maxEjectionNanos, baseEjectionNanos), Integer.MAX_VALUE);
    }

    /** For how long an answer with this {@code Retry-After} benches; 0: it does not. */
    long benchNanos(long retryAfterSeconds) {
        return Math.min(TimeUnit.SECONDS.toNanos(Math.max(0, retryAfterSeconds)), retryAfterMaxNanos);
    }

    /** How many of a pool may be benched at once. */
    int mostBenched(int poolSize) {
        return Math.toIntExact(Math.max(1, (long) poolSize * maxEjectionPercent / 100));
    }
}
