package dev.rondo.balancer.cluster;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** One backend to {@link Outliers}: its key there, and its failures in a row. The same object as long as the backend. */
final class Passive {
    /** How exactly it is known when a backend was heard last: each lane would write it with each answer else. */
    private static final long RESOLUTION = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long NEVER = 0;

    private final String backend;
    private final BooleanSupplier serving;
    // means something only while the backend is in service; cleared when it comes back
    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean refused; // by one of those failures
    // answers that broke off since the last whole one; what is in service again has it still
    private final AtomicInteger cuts = new AtomicInteger();

    /** When the head of an answer came last, or up to {@link #RESOLUTION} earlier; an odd number, to be no {@link #NEVER}. */
    private volatile long heard = NEVER;

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

    /** The head of an answer has come. Writes only where there is something to change: each request comes here, of every lane. */
    void answered(long now) {
        forgive();
        long last = heard;
        if (last == NEVER || now - last > RESOLUTION) heard = now | 1;
    }

    /** Whether no head of an answer has come since {@code then}, for certain. */
    boolean isSilentSince(long then) {
        long last = heard;
        return last == NEVER || then - last > RESOLUTION;
    }

    void forgive() {
        if (failures.get() == 0) return;
        failures.set(0);
        refused = false;
    }

    /** Failures in a row, with this one. */
    int failed() {
        return failures.incrementAndGet();
    }

    /** As {@link #failed}, because nobody listens there. */
    int refused() {
        refused = true;
        return failed();
    }

    /** Whether nobody listened there at one of the failures in a row. */
    boolean wasRefused() {
        return refused;
    }

    /** The end of an answer has come. Writes as seldom as {@link #answered}. */
    void whole() {
        if (cuts.get() != 0) cuts.set(0);
    }

    /** Answers in a row that broke off, with this one. */
    int cut() {
        return cuts.incrementAndGet();
    }
}
