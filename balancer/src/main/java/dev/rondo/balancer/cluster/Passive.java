package dev.rondo.balancer.cluster;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** One backend to {@link Outliers}: its key there, and its failures in a row. The same object as long as the backend. */
final class Passive {
    private final String backend;
    private final BooleanSupplier serving;
    // means something only while the backend is in service; cleared when it comes back
    private final AtomicInteger failures = new AtomicInteger();

    /** @param serving whether active checks and operators leave it in service; must not wait */
    Passive(String backend, BooleanSupplier serving) {
        this.backend = backend;
        this.serving = serving;
    }

    String backend() {
        return backend;
    }

    /** Whether active checks and operators leave it in service. */
    boolean isServing() {
        return serving.getAsBoolean();
    }

    /** Writes only where there is something to clear: each request that succeeds comes here, of every lane. */
    void succeeded() {
        if (failures.get() != 0) failures.set(0);
    }

    /** Failures in a row, with this one. */
    int failed() {
        return failures.incrementAndGet();
    }
}
