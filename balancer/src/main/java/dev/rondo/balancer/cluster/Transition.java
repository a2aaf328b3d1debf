package dev.rondo.balancer.cluster;

/**
 * A backend has changed its standing.
 *
 * @param backend its id
 * @param from the word of the state it leaves: of {@link BackendState}, or of {@link Ejection}
 * @param to that of the one it enters
 * @param reason why, for people
 * @param nowNanos when, by the ticker
 */
public record Transition(String backend, String from, String to, String reason, long nowNanos) {}
