package dev.rondo.balancer.cluster;

/**
 * A backend as it stands at one moment: for people and for metrics.
 *
 * @param reason of the state, for people
 * @param since when the state began, nanoseconds of the ticker
 * @param weight as configured, or set by the API
 * @param effectiveWeight what is left of it while the backend starts slowly
 * @param used whether it may get a request now
 * @param inTurn whether it is used as its peers are, rather than for what these cannot take
 * @param ejection what its own answers say of it
 */
public record Look(
        Backend backend,
        BackendState state,
        String reason,
        long since,
        int weight,
        double effectiveWeight,
        boolean used,
        boolean inTurn,
        Ejection ejection) {}
