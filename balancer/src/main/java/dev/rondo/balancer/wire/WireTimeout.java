package dev.rondo.balancer.wire;

import java.io.IOException;

/** A read, write or connect did not get done in its time. Carries no stack trace: it is an outcome, not a surprise. */
public final class WireTimeout extends IOException {
    private static final long serialVersionUID = 1;

    WireTimeout() {
        super("timeout");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
