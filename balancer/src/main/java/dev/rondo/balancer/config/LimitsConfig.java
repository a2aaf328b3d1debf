package dev.rondo.balancer.config;

import java.util.List;

/**
 * What a client may send, and how many connections are kept.
 *
 * @param maxHeadSize bytes of a request's or an answer's head, and of a trailer section; 431 or 502 over it
 * @param maxFields field lines in a head; 431 or 502 over it
 * @param maxTarget bytes of a request target; 414 over it
 * @param maxBody bytes of a request's body; 413 over it; {@link Long#MAX_VALUE} is no limit
 * @param maxConnectionsPerClient open connections of one client address; 0 is no limit
 * @param maxIdleUpstream idle connections kept to one backend by each loop
 * @param maxRequestsInFlight requests that the process works on at a time; 503 over it; 0 is no limit
 */
public record LimitsConfig(
        int maxHeadSize,
        int maxFields,
        int maxTarget,
        long maxBody,
        int maxConnectionsPerClient,
        int maxIdleUpstream,
        int maxRequestsInFlight) {
    /** What holds where the file says nothing. */
    public static final LimitsConfig DEFAULT = new LimitsConfig(32 << 10, 128, 16 << 10, Long.MAX_VALUE, 0, 256);

    /** Without a limit of requests in flight. */
    public LimitsConfig(
            int maxHeadSize,
            int maxFields,
            int maxTarget,
            long maxBody,
            int maxConnectionsPerClient,
            int maxIdleUpstream) {
        this(maxHeadSize, maxFields, maxTarget, maxBody, maxConnectionsPerClient, maxIdleUpstream, 0);
    }

    public LimitsConfig {
        var check = new Rejected.Check();
        check.that(maxHeadSize >= 1, "max-head-size", "must be at least 1");
        check.that(maxFields >= 1, "max-fields", "must be at least 1");
        check.that(maxTarget >= 1, "max-target", "must be at least 1");
        check.that(maxBody >= 0, "max-body", "must not be negative");
        check.that(maxConnectionsPerClient >= 0, "max-connections-per-client", "must not be negative");
        check.that(maxIdleUpstream >= 0, "max-idle-upstream", "must not be negative");
        check.that(maxRequestsInFlight >= 0, "max-requests-in-flight", "must not be negative");
        if (maxTarget > maxHeadSize)
            check.fail(
                    List.of("max-target", "max-head-size"),
                    maxTarget + " bytes are more than max-head-size, which is " + maxHeadSize + " and contains it");
        check.done();
    }
}
