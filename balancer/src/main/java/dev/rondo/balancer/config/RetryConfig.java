package dev.rondo.balancer.config;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What is done about a request that a backend failed.
 *
 * @param attempts after the first one; 0 is off
 * @param on the failures after which there is another
 * @param budgetPercent share of the active requests of the pool, 0 to 100, that may be further attempts
 * @param budgetMin further attempts at a time that are allowed even where {@code budgetPercent} says fewer
 * @param replayBuffer bytes of a request's body that are kept, so that it can be sent again
 */
public record RetryConfig(int attempts, Set<RetryOn> on, int budgetPercent, int budgetMin, int replayBuffer) {
    /** What holds where the file says nothing. */
    public static final RetryConfig DEFAULT = new RetryConfig(2, EnumSet.allOf(RetryOn.class), 20, 3, 64 << 10);

    public RetryConfig {
        on = on.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(on));
        var check = new Rejected.Check();
        check.that(attempts >= 0, "attempts", "must not be negative");
        check.that(!on.isEmpty(), "on", "is empty; name at least one failure, or write retry: off");
        check.that(budgetPercent >= 0 && budgetPercent <= 100, "budget-percent", "is out of range; use 0 to 100");
        check.that(budgetMin >= 0, "budget-min", "must not be negative");
        check.that(replayBuffer >= 0, "replay-buffer", "must not be negative");
        check.done();
    }
}
