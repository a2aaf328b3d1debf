package dev.rondo.balancer.discovery;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets time pass; ended by an interrupt. */
@FunctionalInterface
interface Pause {
    /** The real one. */
    Pause REAL = nanos -> {
        boolean unused = new CountDownLatch(1).await(nanos, TimeUnit.NANOSECONDS);
    };

    void await(long nanos) throws InterruptedException;
}
