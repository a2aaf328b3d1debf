package dev.rondo.balancer.telemetry;

/**
 * A backend that is configured now.
 *
 * @param weight as configured or set by the API; less while it starts slowly
 * @param up whether it may be picked
 * @param inTurn whether it is picked as its peers are, rather than for what these cannot take
 * @param state its word, such as {@code ejected}
 * @param inFlight requests there now
 * @param since when its state began, nanoseconds of the ticker
 */
public record BackendStatus(
        BackendLabels labels, double weight, boolean up, boolean inTurn, String state, int inFlight, long since) {}
