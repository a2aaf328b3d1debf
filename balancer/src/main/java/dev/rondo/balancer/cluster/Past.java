package dev.rondo.balancer.cluster;

/**
 * How often a backend has been ejected, less what it was forgiven: one for each base ejection time in service.
 *
 * @param timesEjected never more than what makes the longest ejection, so that the way back from it is bounded too
 * @param cleanNanos time in service that is not yet enough for one less
 */
record Past(int timesEjected, long cleanNanos) {
    static final Past NONE = new Past(0, 0);

    /** After {@code inServiceNanos} more without an ejection. */
    Past forgiven(long inServiceNanos, OutlierTerms terms) {
        // the clocks of two lanes differ by a turn of their loops
        long clean = cleanNanos + Math.max(0, inServiceNanos);
        long forgiven = clean / terms.baseEjectionNanos();
        if (forgiven >= timesEjected) return NONE;
        return new Past(timesEjected - (int) forgiven, clean % terms.baseEjectionNanos());
    }

    /** With one ejection more. */
    Past ejected(OutlierTerms terms) {
        return new Past(Math.min(timesEjected + 1, terms.mostTimes()), 0);
    }
}
