package dev.rondo.balancer.cluster;

/** How an attempt ended, as far as it says something of the backend. */
public enum Outcome {
    /** It answered, and not with one of the statuses of {@link #FAILED}. */
    OK,
    /** It could not be reached, broke off, took too long, or answered 502, 503 or 504 of its own. */
    FAILED,
    /** Another attempt of the same request was faster: no failure, but it is at least as slow as this took. */
    OUTPACED,
    /** Says nothing of the backend: the client left, or the attempt was called off. */
    NEUTRAL
}
