package dev.rondo.balancer.discovery;

import org.jspecify.annotations.Nullable;

/** A source does not answer; the message says why, and what to do where that is known. */
final class SourceLost extends Exception {
    private static final long serialVersionUID = 1;

    SourceLost(String why, @Nullable Throwable cause) {
        super(why, cause);
    }
}
