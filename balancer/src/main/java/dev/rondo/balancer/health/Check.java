package dev.rondo.balancer.health;

/** A way to find out whether a backend is well. */
public interface Check {
    /**
     * Checks once, on the caller's thread, which must be an ordinary virtual one or its own: it waits there. Leaves no
     * connection open. An interrupt ends it early.
     */
    CheckResult run(Place place, Deadline deadline);
}
