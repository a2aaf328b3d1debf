package dev.rondo.balancer.health;

/** What the checks of a backend say of it. */
public enum Standing {
    /** No check has been answered yet. */
    UNKNOWN,
    /** It passes. */
    UP,
    /** It fails. */
    DOWN
}
