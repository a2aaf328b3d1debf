package dev.rondo.bench;

/** The bench cannot go on; the message says why, and what to do. */
final class BenchException extends Exception {
    private static final long serialVersionUID = 1;

    BenchException(String message) {
        super(message);
    }
}
