package dev.rondo.balancer.prove;

/**
 * A request that failed.
 *
 * @param status of the answer; 0 where none came
 * @param millis from the start of the run to the end of the request
 */
record Failure(String id, String method, Cause cause, int status, long millis) {
    /** What it is counted under: {@code reset}, {@code status-503}. */
    String kind() {
        return cause == Cause.STATUS ? cause.word() + "-" + status : cause.word();
    }
}
