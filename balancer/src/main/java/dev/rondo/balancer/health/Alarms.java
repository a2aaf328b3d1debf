package dev.rondo.balancer.health;

/** Does things later. */
interface Alarms {
    /** Runs {@code what} in {@code nanos} nanoseconds, on a thread that must not be made to wait; running the answer cancels it. */
    Runnable in(long nanos, Runnable what);

    /** Nothing runs any more. */
    void stop();
}
