package dev.rondo.balancer.prove;

/**
 * A whole answer.
 *
 * @param server who gave it: its {@code X-Served-By}, or else the first line of its body; may be empty
 * @param kept whether the connection may be used again
 */
record Answer(int status, String server, boolean kept) {
    private static final int ERRORS = 400;

    boolean isGood() {
        return status < ERRORS;
    }
}
