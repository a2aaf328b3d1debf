package dev.rondo.balancer.cluster;

/** What one active check has seen of a backend. */
public enum Sight {
    /** It passed. */
    WELL,
    /** It failed. */
    UNWELL,
    /** Nobody listens there. */
    GONE
}
