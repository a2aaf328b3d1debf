package dev.rondo.balancer.health;

import java.util.concurrent.atomic.AtomicLong;

/** How the checks of a backend have ended. Kept when it is removed: should it come back, its counters go on. */
record Tally(AtomicLong passed, AtomicLong failed) {
    Tally() {
        this(new AtomicLong(), new AtomicLong());
    }

    void count(CheckResult.Kind kind) {
        switch (kind) {
            case PASSED -> passed.incrementAndGet();
            case FAILED, REFUSED -> failed.incrementAndGet();
            case NOT_MADE -> {}
        }
    }
}
