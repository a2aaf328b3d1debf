package dev.rondo.balancer.telemetry;

/**
 * The name of a backend in everything that is counted. One instance for each backend as long as it lives, reloads included.
 *
 * @param pool name of its pool
 * @param backend its id in the pool
 * @param index unique among all backends the process ever knew, counted from 0: where a loop keeps its counters
 */
public record BackendLabels(String pool, String backend, int index) {}
