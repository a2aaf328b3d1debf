package dev.rondo.balancer.cluster;

/**
 * A backend as it stands in a {@link Snapshot}. Immutable.
 *
 * @param near whether it comes before those that are not
 * @param ejection what its own answers say
 * @param state what follows from both
 * @param reason of the state, for people
 * @param since when the state began, nanoseconds of the ticker
 * @param usableSince when it became usable after it had not been; {@link #ALWAYS} where it was from the start
 */
record Member(
        Backend backend,
        Standing standing,
        boolean near,
        Ejection ejection,
        BackendState state,
        String reason,
        long since,
        long usableSince) {
    static final long ALWAYS = Long.MIN_VALUE;

    /** With another standing; {@link #now} works out what follows. */
    Member judged(Standing said) {
        return new Member(backend, said, near, ejection, state, reason, since, usableSince);
    }

    /** As its pool's source tells of it now. */
    Member found(Found now) {
        return new Member(
                backend, standing.withheld(now.withheld()), now.near(), ejection, state, reason, since, usableSince);
    }

    /** What its pool's source says of it. */
    Found found() {
        return new Found(backend.config(), near, standing.withheld());
    }

    /** What follows from its standing and {@code ejected}. */
    Member now(Ejection ejected, long now) {
        return judged(standing.weighed(backend.config().weight())).with(ejected, now);
    }

    private Member with(Ejection ejected, long now) {
        BackendState next = state(backend, standing, ejected);
        boolean changed = next != state;
        boolean comesBack = changed && next.isUsable() && !state.isUsable();
        return new Member(
                backend,
                standing,
                near,
                ejected,
                next,
                reason(next, standing, ejected),
                changed ? now : since,
                comesBack ? now : usableSince);
    }

    /** @param usableSince {@link #ALWAYS}, or now where it joins others that work already */
    static Member first(Backend backend, Standing standing, boolean near, long now, long usableSince) {
        BackendState state = state(backend, standing, Ejection.In.FRESH);
        return new Member(
                backend,
                standing,
                near,
                Ejection.In.FRESH,
                state,
                reason(state, standing, Ejection.In.FRESH),
                now,
                usableSince);
    }

    private static BackendState state(Backend backend, Standing standing, Ejection ejection) {
        if (standing.refusal() != null || weight(backend, standing) == 0) return BackendState.DRAINING;
        return switch (standing.check()) {
            case FAILED -> BackendState.DOWN;
            case UNKNOWN -> BackendState.UNKNOWN;
            case PASSED -> ejection.state();
        };
    }

    private static String reason(BackendState state, Standing standing, Ejection ejection) {
        String refusal = standing.refusal();
        return switch (state) {
            case DRAINING -> refusal != null ? refusal : "its weight is 0";
            case DOWN, UNKNOWN -> standing.checked();
            case EJECTED, PROBATION -> ejection.reason();
            case UP -> ejection.reason().isEmpty() ? standing.checked() : ejection.reason();
        };
    }

    private static int weight(Backend backend, Standing standing) {
        Standing.Weight weight = standing.weight();
        return weight != null ? weight.set() : backend.config().weight();
    }

    /** As configured, or set by the API. */
    int weight() {
        return weight(backend, standing);
    }

    boolean isBackup() {
        return backend.config().backup();
    }

    /** Requests at a time. */
    int limit() {
        int configured = backend.config().maxRequests();
        return configured == 0 ? Integer.MAX_VALUE : configured;
    }

    /** Whether it has a share of the work, or should have one that others do meanwhile; not where it is meant to get none. */
    boolean isExpected() {
        if (state != BackendState.DRAINING) return true;
        Withheld withheld = standing.withheld();
        return withheld != null && !withheld.ends() && standing.drained() == null && weight() > 0;
    }

    /** Whether nothing but its own answers keeps it out of service. */
    boolean isServing() {
        return state.isUsable() || state == BackendState.EJECTED;
    }
}
