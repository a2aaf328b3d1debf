package dev.rondo.balancer.health;

/** Who wants to know that a backend has changed. */
@FunctionalInterface
public interface Verdicts {
    /**
     * The checks of a backend have changed their mind: called on its first check and on each change after that, for one backend
     * never twice at a time. Must not wait; it is told of a backend that was removed this very moment too.
     *
     * @param why for people
     */
    void checked(String pool, String backend, boolean up, String why);
}
