package dev.rondo.balancer.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a request would go, and why.
 *
 * @param route null where the pool was asked for by name, or none matches
 * @param pool null where no route matches
 * @param strategy of the pool; null where there is none
 * @param backend null where none would get it, or where chance or what runs beside it decides
 * @param reason why that one, or why none can be named, for people
 * @param candidates every backend of the pool, in the order of the configuration
 */
public record Explanation(
        @Nullable Route route,
        @Nullable String pool,
        @Nullable String strategy,
        @Nullable String backend,
        String reason,
        List<Candidate> candidates) {
    public Explanation {
        candidates = List.copyOf(candidates);
    }

    /**
     * What is asked for: a request that is not sent.
     *
     * @param pool to ask directly, whatever the routes say; null to be routed
     * @param host as {@code Host} would be sent; null for none
     * @param path with its leading slash, without the query
     * @param client address of the client
     * @param headers in the order given
     */
    public record Question(
            @Nullable String pool,
            @Nullable String host,
            String path,
            String client,
            String method,
            List<Header> headers) {
        public Question {
            headers = List.copyOf(headers);
        }
    }

    /** A field of a request. */
    public record Header(String name, String value) {}

    /**
     * The route that matched.
     *
     * @param host as in the configuration; null for every host
     * @param pathPrefix as in the configuration
     */
    public record Route(@Nullable String host, String pathPrefix) {}

    /**
     * A backend and what speaks for or against it.
     *
     * @param eligible whether it might get such a request at this moment
     * @param chosen whether it would get this one
     * @param why for people
     */
    public record Candidate(String id, PoolView.State state, boolean eligible, boolean chosen, String why) {}
}
