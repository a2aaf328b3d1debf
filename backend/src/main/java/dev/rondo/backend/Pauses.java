package dev.rondo.backend;

import java.time.Duration;

/** How a thread waits: {@link Thread#sleep(Duration)} outside tests. */
@FunctionalInterface
interface Pauses {
    /** Waits for {@code duration}. */
    void pause(Duration duration) throws InterruptedException;
}
