package dev.rondo.balancer.cluster;

/** How an attempt ended, as far as it says something of the backend. */
public enum Outcome {
    /** It answered, and not with one of the statuses of {@link #FAILED}. */
    OK,
    /** It could not be reached, broke off, took too long, or answered 502, 503 or 504 of its own. */
    FAILED,
    /** {@link #FAILED}, because nobody listens there. */
    REFUSED,
    /**
     * It had all of the request, and nobody waited any longer: too little for a failure by itself, enough for one where it has
     * said nothing to anybody meanwhile.
     */
    SILENT,
    /** Its answer broke off, or stopped coming, after the head that was {@link #OK}. */
    CUT,
    /** Another attempt of the same request was faster: no failure, but it is at least as slow as this took. */
    OUTPACED,
    /** Says nothing of the backend: the client left, or the attempt was called off. */
    NEUTRAL
}
