package dev.rondo.balancer.health;

/**
 * What the checks of one backend say of it, by HAProxy's {@code fall} and {@code rise}. The first check that is made decides
 * alone; after that it takes {@code fall} failures in a row to be down, {@code rise} passes in a row to be up.
 *
 * @param against how many checks in a row, to the latest, disagreed with the standing: 0 where the latest agreed
 * @param begun whether a check has been made
 * @param why for people: what made the standing what it is
 */
public record CheckState(Standing standing, int against, boolean begun, String why) {
    /** Before the first check. */
    public static CheckState initial(Standing standing) {
        return new CheckState(standing, 0, false, "not checked yet");
    }

    /**
     * After one more check.
     *
     * @param fall failures in a row that take it down, at least 1
     * @param rise passes in a row that bring it up, at least 1
     */
    public CheckState after(CheckResult result, int fall, int rise) {
        return switch (result.kind()) {
            case PASSED -> after(Standing.UP, rise, result.what());
            case FAILED, REFUSED -> after(Standing.DOWN, fall, result.what());
            case NOT_MADE -> this;
        };
    }

    private CheckState after(Standing seen, int needed, String what) {
        if (!begun) return new CheckState(seen, 0, true, what);
        if (seen == standing) return against == 0 ? this : new CheckState(standing, 0, true, why);
        int streak = against + 1;
        if (streak < needed) return new CheckState(standing, streak, true, why);
        return new CheckState(seen, 0, true, needed == 1 ? what : what + ", " + streak + " times in a row");
    }
}
