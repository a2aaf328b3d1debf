package dev.rondo.balancer.prove;

/** There was no whole answer. An outcome, so it has no stack. */
final class NoAnswer extends Exception {
    private static final long serialVersionUID = 1;

    private final Cause cause;
    private final boolean begun;

    /** @param begun whether a byte of an answer came */
    NoAnswer(Cause cause, boolean begun) {
        super(cause.word(), null, false, false);
        this.cause = cause;
        this.begun = begun;
    }

    Cause why() {
        return cause;
    }

    /** Whether a byte of an answer came. */
    boolean isBegun() {
        return begun;
    }
}
