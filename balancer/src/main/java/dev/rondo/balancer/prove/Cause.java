package dev.rondo.balancer.prove;

/** Why a request failed. */
enum Cause {
    /** The host's name has no address. */
    UNKNOWN_HOST("unknown-host"),
    /** Nobody listens there. */
    REFUSED("refused"),
    /** There is no way there. */
    UNREACHABLE("unreachable"),
    /** This process may open no more files. */
    NO_DESCRIPTOR("no-descriptor"),
    /** The connection was reset. */
    RESET("reset"),
    /** The connection ended before a byte of the answer. */
    CLOSED("closed"),
    /** The connection ended in the middle of the answer. */
    CUT("cut"),
    /** No whole answer in time. */
    TIMEOUT("timeout"),
    /** What came is no HTTP answer. */
    MALFORMED("malformed"),
    /** A whole answer with a status of 400 or more; the ledger counts each status for itself. */
    STATUS("status"),
    /** The run was ended before the answer came. */
    UNFINISHED("unfinished");

    private final String word;

    Cause(String word) {
        this.word = word;
    }

    /** As the ledger shows it. */
    String word() {
        return word;
    }

    /** Whether a kept connection that ends so may have been closed before the server saw the request. */
    boolean isClosedEarly() {
        return this == CLOSED || this == RESET;
    }
}
