package dev.rondo.balancer.admin;

import java.util.List;

/**
 * A pool as the API shows it.
 *
 * @param strategy as in the configuration, {@code round-robin}
 */
public record PoolView(String name, String strategy, List<BackendView> backends) {
    /**
     * A backend as the API shows it, at one moment.
     *
     * @param url as in the configuration
     * @param addresses that its name resolves to now; empty where it does not
     * @param state a word, {@code up} or why it is not picked
     * @param inFlight requests there now
     * @param requests that ended there since the start
     * @param picks attempts that were begun there since the start
     * @param activeConnections connections that carry a request now
     * @param idleConnections connections that are kept for the next one now
     */
    public record BackendView(
            String id,
            String url,
            List<String> addresses,
            String state,
            int weight,
            long inFlight,
            long requests,
            long picks,
            long activeConnections,
            long idleConnections) {}
}
