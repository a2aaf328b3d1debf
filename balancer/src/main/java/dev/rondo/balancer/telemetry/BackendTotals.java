package dev.rondo.balancer.telemetry;

/**
 * What was counted about a backend, over all loops.
 *
 * @param requests that ended there, since the start
 * @param picks attempts that were begun there, since the start
 * @param inFlight requests there now
 * @param active connections that carry a request now
 * @param idle connections that are kept for the next one now
 */
public record BackendTotals(long requests, long picks, long inFlight, long active, long idle) {}
