package dev.rondo.backend;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Holds the fault that is on and decides which requests it hits. Any thread may call it; the fault, the random sequence and the
 * count of hits change together under one lock, which a request takes only while a fault is on.
 */
final class FaultSwitch {
    private static final Fault MISSED = Fault.NONE;

    private final Object lock = new Object();
    private RandomGenerator random;
    private long hits;
    private volatile Fault current = Fault.NONE;

    FaultSwitch(RandomGenerator random) {
        this.random = random;
    }

    Fault current() {
        return current;
    }

    /** The requests that the current fault has hit. */
    long hits() {
        synchronized (lock) {
            return hits;
        }
    }

    /** Replaces the fault that is on. */
    void set(Fault fault) {
        synchronized (lock) {
            current = fault;
            hits = 0;
            if (fault.seed() != null) {
                random = new SplittableRandom(fault.seed());
            }
        }
    }

    /**
     * Decides about one request: its path says which faults can reach it. {@code /admin} is never hit, so that a fault can be
     * taken back, and {@code /health} only by {@code refuse}, so that failing answers and failing health checks can be shown
     * apart.
     *
     * @return the fault that hits it, or {@link Fault#NONE}
     */
    Fault draw(String path) {
        Fault fault = current;
        if (!fault.touchesRequests() || isBelow(path, "/admin")) {
            return MISSED;
        }
        if (isBelow(path, "/health")) {
            if (!(fault.failure() instanceof Fault.Failure.Refuse)) {
                return MISSED;
            }
            fault = new Fault(fault.failure(), Duration.ZERO, fault.rate(), fault.seed(), fault.unready());
        }
        synchronized (lock) {
            if (fault.rate() < 1 && random.nextDouble() >= fault.rate()) {
                return MISSED;
            }
            hits++;
            return fault;
        }
    }

    private static boolean isBelow(String path, String prefix) {
        return path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }
}
