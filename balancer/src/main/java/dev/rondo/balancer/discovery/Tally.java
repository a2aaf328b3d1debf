package dev.rondo.balancer.discovery;

import java.util.concurrent.atomic.AtomicLong;

/** What outlives the source of a pool: its failures are counted on when a reload replaces it. */
record Tally(AtomicLong failures) {
    Tally() {
        this(new AtomicLong());
    }
}
