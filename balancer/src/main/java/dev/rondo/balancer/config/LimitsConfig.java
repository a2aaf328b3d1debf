package dev.rondo.balancer.config;

/**
 * What a client may send, and how many connections are kept.
 *
 * @param maxHeadSize bytes of a request's or an answer's head, and of a trailer section; 431 or 502 over it
 * @param maxFields field lines in a head; 431 or 502 over it
 * @param maxTarget bytes of a request target; 414 over it
 * @param maxBody bytes of a request's body; 413 over it; {@link Long#MAX_VALUE} is no limit
 * @param maxConnectionsPerClient open connections of one client address; 0 is no limit
 * @param maxIdleUpstream idle connections kept to one backend by each loop
 */
public record LimitsConfig(
        int maxHeadSize,
        int maxFields,
        int maxTarget,
        long maxBody,
        int maxConnectionsPerClient,
        int maxIdleUpstream) {}
