package dev.rondo.balancer.telemetry;

import dev.rondo.balancer.config.RetryOn;

/**
 * Where a loop leaves its exchanges and counts its connections. One for each loop; only code that runs on that loop (or holds
 * the lane's lock, in the fallback engine) may call it.
 */
public interface Recorder {
    /** Counts {@code exchange}, hands it to the access log and to a flight recording that wants it; never blocks. */
    void record(Exchange exchange);

    /** Adds {@code delta} to the open client connections. */
    void clientConnections(int delta);

    /** An attempt is made at {@code backend}. */
    void picked(BackendLabels backend);

    /**
     * A request that {@code backend} failed is sent to another.
     *
     * @param how it failed
     */
    void retry(BackendLabels backend, RetryOn how);

    /**
     * A second attempt was to be made because {@code backend} was slow.
     *
     * @param how what became of it
     */
    void hedge(BackendLabels backend, HedgeOutcome how);

    /** Adds to the connections to {@code backend} that carry a request, and to those that are kept idle. */
    void upstreamConnections(BackendLabels backend, int active, int idle);

    /** A request was sent to {@code backend} on a new connection, or on a kept one. */
    void connectionUsed(BackendLabels backend, boolean reused);

    /** A kept connection to {@code backend} was stale and the request is repeated on a fresh one. */
    void staleRepeat(BackendLabels backend);

    /** Counts nothing more of {@code backend}, and forgets what was counted: it has been gone for long, and nothing is left there. */
    void forget(BackendLabels backend);

    /** As {@link #forget(BackendLabels)}, of the requests of {@code pool} that reached no backend. */
    void forgetPool(String pool);
}
