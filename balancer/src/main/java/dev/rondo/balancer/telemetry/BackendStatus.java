package dev.rondo.balancer.telemetry;

/**
 * A backend that is configured now.
 *
 * @param weight as configured or set by the API
 * @param up whether it may be picked
 */
public record BackendStatus(BackendLabels labels, int weight, boolean up) {}
