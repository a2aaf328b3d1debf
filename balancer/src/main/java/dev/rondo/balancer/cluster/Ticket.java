package dev.rondo.balancer.cluster;

/** Given to each attempt by {@link Outliers#begin} and handed back with its outcome: tells a trial from all others. */
public final class Ticket {
    /** Of every attempt that is no trial. */
    public static final Ticket PLAIN = new Ticket(0);

    private final long untilNanos;

    Ticket(long untilNanos) {
        this.untilNanos = untilNanos;
    }

    /** Whether the trial still keeps others out. */
    boolean holds(long now) {
        return now - untilNanos < 0;
    }
}
