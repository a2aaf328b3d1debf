package dev.rondo.balancer.connect;

import dev.rondo.balancer.telemetry.Reason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** No connection to a backend could be made: not a byte of the request was sent. Carries no stack trace. */
public final class ConnectFailure extends IOException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    ConnectFailure(Reason reason, String detail, @Nullable Throwable cause) {
        super(detail, cause);
        this.reason = reason;
    }

    /** Why: a reason whose party is the upstream. */
    public Reason reason() {
        return reason;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
