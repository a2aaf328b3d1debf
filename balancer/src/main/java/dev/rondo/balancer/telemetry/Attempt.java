package dev.rondo.balancer.telemetry;

/**
 * One try of a request at one backend.
 *
 * @param backend where it went
 * @param address the address that was connected to, empty where none was
 * @param reused whether on a kept connection
 * @param outcome how it ended
 * @param status the backend's status, 0 where none came
 * @param startNanos from the start of the exchange to the start of this attempt
 * @param durationNanos from there to the head of the answer, or to where it failed or was called off
 */
public record Attempt(
        BackendLabels backend,
        String address,
        boolean reused,
        Reason outcome,
        int status,
        long startNanos,
        long durationNanos) {
    /**
     * Whether the backend failed: no whole answer by its fault, or 502, 503 or 504 as its answer. A kept connection that turned
     * out to be closed is no failure: that is how connections end, and the same backend is asked again.
     */
    public boolean failed() {
        if (outcome == Reason.STALE_CONNECTION) return false;
        return outcome.party() == Reason.Party.UPSTREAM || (status >= 502 && status <= 504);
    }
}
