package dev.rondo.balancer.balance;

/** One that may be picked. What it tells of its load may be of a moment ago: other threads change it meanwhile. */
public interface Candidate {
    /** Its name, the same in every replica and after every reload; those who hash look at nothing else. */
    String id();

    /** Its share beside the others' as it is configured; 0 where it gets nothing. */
    int weight();

    /** Requests that it works on now, not negative. */
    int inFlight();

    /**
     * How long it takes to answer, as an {@link Ewma} tells it.
     *
     * @return nanoseconds; 0 where nothing is known of it
     */
    long latencyNanos(long nowNanos);
}
