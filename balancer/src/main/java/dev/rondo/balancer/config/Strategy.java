package dev.rondo.balancer.config;

/** How a pool picks a backend. */
public enum Strategy {
    /** One after the other, strictly, over all loops; a weight only tells 0 from the rest. */
    ROUND_ROBIN,
    /** One after the other, as often as its weight says and spread evenly over the cycle. */
    WEIGHTED_ROUND_ROBIN,
    /** Any, in proportion to its weight. */
    RANDOM,
    /** The one with the fewest requests in flight for its weight. */
    LEAST_REQUESTS,
    /** Of two random ones that with fewer requests in flight (Mitzenmacher, <i>The Power of Two Choices</i>, 2001). */
    POWER_OF_TWO,
    /** Of two random ones that with the smaller product of latency and requests in flight (Finagle's Peak EWMA). */
    PEAK_EWMA,
    /** By a hash of the request, over a Maglev table (Eisenbud et al., NSDI 2016). */
    CONSISTENT_HASH,
    /** By a hash of the request, the highest random weight (Thaler and Ravishankar, 1998). */
    RENDEZVOUS;

    /** Whether equal requests go to the same backend, so that {@link HashOn} says what equal means. */
    public boolean hashes() {
        return this == CONSISTENT_HASH || this == RENDEZVOUS;
    }
}
