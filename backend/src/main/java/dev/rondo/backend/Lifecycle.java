package dev.rondo.backend;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Whether the backend still wants requests. It goes from running to draining once, and never back. */
final class Lifecycle {
    private final CountDownLatch draining = new CountDownLatch(1);

    void drain() {
        draining.countDown();
    }

    boolean isDraining() {
        return draining.getCount() == 0;
    }

    /** Waits for {@code duration}, or for the drain to begin; returns whether it has begun. */
    boolean awaitDrain(Duration duration) throws InterruptedException {
        return draining.await(duration.toNanos(), TimeUnit.NANOSECONDS);
    }
}
