package dev.rondo.balancer.config;

import java.time.Duration;

/**
 * When a backend is benched because of how it answers, without being asked (passive ejection).
 *
 * @param enabled false is none of it: every threshold below is 0 then
 * @param consecutiveFailures failures in a row that eject; 0 is off
 * @param baseEjectionTime of the first ejection; the n-th takes n times as long
 * @param maxEjectionTime which none exceeds; not shorter than {@code baseEjectionTime}
 * @param maxEjectionPercent share of the pool, 0 to 100, that may be ejected; one always may, the last one never
 * @param interval between two looks at success rate and latency
 * @param successRateMinimumHosts backends with enough requests that it takes to compare their success rates
 * @param successRateRequestVolume requests in an interval that are enough
 * @param successRateStdevFactor standard deviations below the mean at which a success rate ejects; 0 is off
 * @param latencyFactor multiple of the pool's median latency at which a backend's mean ejects; 0 is off
 * @param retryAfterMax longest time for which the {@code Retry-After} of a backend's 503 benches it; 0 ignores the field
 */
public record OutlierConfig(
        boolean enabled,
        int consecutiveFailures,
        Duration baseEjectionTime,
        Duration maxEjectionTime,
        int maxEjectionPercent,
        Duration interval,
        int successRateMinimumHosts,
        int successRateRequestVolume,
        double successRateStdevFactor,
        double latencyFactor,
        Duration retryAfterMax) {
    /** What holds where the file says nothing. */
    public static final OutlierConfig DEFAULT = standard(true);

    /** Nobody is ejected. */
    public static final OutlierConfig OFF = standard(false);

    public OutlierConfig {
        var check = new Rejected.Check();
        check.that(consecutiveFailures >= 0, "consecutive-failures", "must not be negative");
        check.positive("base-ejection-time", baseEjectionTime);
        check.positive("max-ejection-time", maxEjectionTime);
        check.atMost("base-ejection-time", baseEjectionTime, "max-ejection-time", maxEjectionTime);
        check.that(
                maxEjectionPercent >= 0 && maxEjectionPercent <= 100,
                "max-ejection-percent",
                "is out of range; use 0 to 100");
        check.positive("interval", interval);
        check.that(successRateMinimumHosts >= 2, "success-rate-minimum-hosts", "must be at least 2");
        check.that(successRateRequestVolume >= 1, "success-rate-request-volume", "must be at least 1");
        check.that(successRateStdevFactor >= 0, "success-rate-stdev-factor", "must not be negative");
        check.that(latencyFactor == 0 || latencyFactor > 1, "latency-factor", "must be off, or more than 1");
        check.notNegative("retry-after-max", retryAfterMax);
        check.done();
        if (!enabled) {
            consecutiveFailures = 0;
            successRateStdevFactor = 0;
            latencyFactor = 0;
            retryAfterMax = Duration.ZERO;
        }
    }

    private static OutlierConfig standard(boolean enabled) {
        return new OutlierConfig(
                enabled,
                5,
                Duration.ofSeconds(30),
                Duration.ofSeconds(300),
                50,
                Duration.ofSeconds(10),
                5,
                100,
                1.9,
                0,
                Duration.ofSeconds(60));
    }
}
