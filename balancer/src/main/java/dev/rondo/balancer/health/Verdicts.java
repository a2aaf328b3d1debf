package dev.rondo.balancer.health;

/** Who wants to know what checks have found. */
@FunctionalInterface
public interface Verdicts {
    /**
     * The checks of a backend have changed their mind: called on its first check and on each change after that, for one backend
     * never twice at a time. Must not wait; it is told of a backend that was removed or has moved this very moment too.
     *
     * @param place where the backend was that this is said of
     * @param why for people
     */
    void checked(String pool, String backend, Place place, boolean up, String why);

    /** A check has been made, whatever it changes; after {@link #checked}, and otherwise as that. */
    default void made(String pool, String backend, Place place, CheckResult.Kind how) {}
}
