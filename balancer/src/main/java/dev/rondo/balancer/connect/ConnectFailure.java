package dev.rondo.balancer.connect;

import dev.rondo.balancer.telemetry.Reason;
import dev.rondo.balancer.wire.NoSocket;
import dev.rondo.balancer.wire.WireTimeout;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** No connection to a backend could be made: not a byte of the request was sent. Carries no stack trace. */
public final class ConnectFailure extends IOException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    ConnectFailure(Reason reason, String detail, @Nullable Throwable cause) {
        super(detail, cause);
        this.reason = reason;
    }

    /** Why {@code address} could not be connected to. */
    static ConnectFailure of(InetSocketAddress address, IOException e) {
        return switch (e) {
            case WireTimeout _ -> new ConnectFailure(Reason.CONNECT_TIMEOUT, address + " did not answer in time", e);
            case ConnectException _ ->
                new ConnectFailure(Reason.CONNECT_REFUSED, address + " refused the connection", e);
            case NoSocket _, BindException _ ->
                new ConnectFailure(Reason.NO_SOCKET, "no descriptor or local port for " + address, e);
            default -> new ConnectFailure(Reason.CONNECT_FAILED, "no connection to " + address, e);
        };
    }

    /** Which of two addresses' failures says more of the backend: the later one, unless only the earlier one is the backend's. */
    static ConnectFailure telling(@Nullable ConnectFailure earlier, ConnectFailure later) {
        return earlier != null && later.reason == Reason.NO_SOCKET ? earlier : later;
    }

    /** Why: a reason whose party is the upstream, or {@link Reason#NO_SOCKET}. */
    public Reason reason() {
        return reason;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
