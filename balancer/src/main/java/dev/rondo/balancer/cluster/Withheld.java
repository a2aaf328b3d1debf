package dev.rondo.balancer.cluster;

/**
 * What a pool's source has against new requests for a backend.
 *
 * @param reason for people
 * @param ends whether the backend is on its way out; one that is not should be at work, and is missed by those that are
 */
public record Withheld(String reason, boolean ends) {}
