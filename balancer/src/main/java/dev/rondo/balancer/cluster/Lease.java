package dev.rondo.balancer.cluster;

/**
 * A place at a backend, taken by {@link Pool#acquire} and given back by {@link Pool#release}, once.
 *
 * @param ticket tells a trial of a backend on probation from any other attempt
 */
public record Lease(Backend backend, Ticket ticket) {}
