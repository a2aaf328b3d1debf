package dev.rondo.balancer.testkit;

import java.io.IOException;

/** A byte that RFC 9112 does not allow where it stands. */
public final class Violation extends IOException {
    private static final long serialVersionUID = 1L;

    Violation(String what, String line) {
        super(what + ": " + Bytes.shown(line));
    }
}
