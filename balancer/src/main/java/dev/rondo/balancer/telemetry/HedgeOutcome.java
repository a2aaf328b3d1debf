package dev.rondo.balancer.telemetry;

import java.util.Locale;

/** What became of the second attempt of a slow request. */
public enum HedgeOutcome {
    /** Its answer went to the client. */
    WON,
    /** The first attempt's answer was sooner. */
    LOST,
    /** It failed, or its backend could not serve; the first attempt went on. */
    FAILED,
    /** Nobody waited for an answer any more. */
    CALLED_OFF,
    /** It was not made: too many requests of the pool are further attempts already. */
    NO_BUDGET,
    /** It was not made: no other backend had room. */
    NO_BACKEND;

    private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** Lower case with hyphens, such as {@code no-budget}. */
    public String word() {
        return word;
    }
}
