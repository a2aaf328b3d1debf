package dev.rondo.balancer.cluster;

/**
 * A backend as it stands in a {@link Snapshot}. Immutable.
 *
 * @param ejection what its own answers say
 * @param state what follows from both
 * @param reason of the state, for people
 * @param since when the state began, nanoseconds of the ticker
 * @param usableSince when it became usable after it had not been; {@link #ALWAYS} where it was from the start
 */
record Member(
        Backend backend,
        Standing standing,
        Ejection ejection,
        BackendState state,
        String reason,
        long since,
        long usableSince) {
    static final long ALWAYS = Long.MIN_VALUE;

    /** With another standing; {@link #now} works out what follows. */
    Member judged(Standing said) {
        return new Member(backend, said, ejection, state, reason, since, usableSince);
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
                ejected,
                next,
                reason(next, standing, ejected),
                changed ? now : since,
                comesBack ? now : usableSince);
    }

    /** @param usableSince {@link #ALWAYS}, or now where it joins others that work already */
    static Member first(Backend backend, Standing standing, long now, long usableSince) {
        BackendState state = state(backend, standing, Ejection.In.FRESH);
        return new Member(
                backend,
                standing,
                Ejection.In.FRESH,
                state,
                reason(state, standing, Ejection.In.FRESH),
                now,
                usableSince);
    }

    private static BackendState state(Backend backend, Standing standing, Ejection ejection) {
        if (standing.drained() != null || weight(backend, standing) == 0) return BackendState.DRAINING;
        return switch (standing.check()) {
            case FAILED -> BackendState.DOWN;
            case UNKNOWN -> BackendState.UNKNOWN;
            case PASSED -> ejection.state();
        };
    }

    private static String reason(BackendState state, Standing standing, Ejection ejection) {
        return switch (state) {
            case DRAINING -> standing.drained() != null ? standing.drained() : "its weight is 0";
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

    /** Whether nothing but its own answers keeps it out of service. */
    boolean isServing() {
        return state.isUsable() || state == BackendState.EJECTED;
    }
}
