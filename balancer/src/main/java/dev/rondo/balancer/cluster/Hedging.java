package dev.rondo.balancer.cluster;

import dev.rondo.balancer.config.HedgeConfig;
import org.jspecify.annotations.Nullable;

/**
 * When a request of a pool is slow enough for a second attempt. There is none where the pool does not hedge, so that nothing is
 * measured for nobody. Safe from any thread.
 *
 * @param window how long the attempts took that might have been hedged; goes on over a reload unless the percentile changes
 */
public record Hedging(HedgeConfig config, LatencyWindow window) {
    /**
     * What follows from a configuration.
     *
     * @param before what was used until now
     * @param lanes more than any index of a lane
     * @param now nanoseconds of the ticker
     * @return null where there is to be no hedging
     */
    static @Nullable Hedging of(@Nullable HedgeConfig config, @Nullable Hedging before, int lanes, long now) {
        if (config == null) return null;
        boolean same = before != null && before.config.percentile() == config.percentile();
        return new Hedging(
                config, same && before != null ? before.window : new LatencyWindow(lanes, config.percentile(), now));
    }

    /**
     * Nanoseconds from the beginning of an attempt to that of a second one; {@link LatencyWindow#UNKNOWN} as long as too little is
     * known to say what is slow.
     *
     * @param now nanoseconds of the ticker
     */
    public long delay(long now) {
        return Math.max(config.minDelay().toNanos(), window.nanos(now));
    }

    /** An attempt on this lane took so long to the head of its answer, or to the moment in which it was given up as too slow. */
    public void took(int lane, long nanos) {
        window.record(lane, nanos);
    }
}
