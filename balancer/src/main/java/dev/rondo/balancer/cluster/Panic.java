package dev.rondo.balancer.cluster;

/** Whether backends that should rest are used because too few are left: the rule behind {@code panic-threshold}. */
public enum Panic {
    /** Only those that are in service are used. */
    NONE,
    /** Those too that passive ejection alone has benched; a failed active check is believed. */
    BENCHED,
    /** All are used, failed checks or not. */
    ALL;

    /**
     * The rule. Backends that are drained are not asked about: an operator's word holds in every panic.
     *
     * @param threshold share of the pool, 0 to 1, below which all are used; 0: only the benched, and only where
     *     {@code healthy} is 0
     * @param healthy backends that pass their checks and are {@link Ejection.In}
     * @param benched backends that pass their checks and are {@link Ejection.Out} or on {@link Ejection.Probation}
     * @param failing backends that fail their checks
     */
    public static Panic of(double threshold, int healthy, int benched, int failing) {
        int all = healthy + benched + failing;
        if (healthy < threshold * all) return ALL;
        return healthy == 0 && benched > 0 ? BENCHED : NONE;
    }

    /** Whether a backend is used that is not drained, at least for one request at a time. */
    public boolean uses(Ejection state, boolean passesChecks) {
        return switch (this) {
            case NONE -> passesChecks && !(state instanceof Ejection.Out);
            case BENCHED -> passesChecks;
            case ALL -> true;
        };
    }
}
