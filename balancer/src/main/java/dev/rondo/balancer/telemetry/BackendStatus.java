package dev.rondo.balancer.telemetry;

/**
 * A backend that is configured now.
 *
 * @param weight as configured or set by the API
 * @param up whether it may be picked
 * @param state its word, such as {@code ejected}
 * @param inFlight requests there now
 */
public record BackendStatus(BackendLabels labels, int weight, boolean up, String state, int inFlight) {}
