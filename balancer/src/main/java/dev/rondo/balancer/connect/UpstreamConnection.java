package dev.rondo.balancer.connect;

import dev.rondo.balancer.wire.Wire;
import java.net.InetSocketAddress;

/** A connection to a backend, and what must be known to use it again. Belongs to the lane that made it. */
public final class UpstreamConnection {
    private final Wire wire;
    private final InetSocketAddress address;
    private final String addressText;
    private final long madeAt;
    private boolean reused;
    private long idleSince;
    private long lastBody;

    UpstreamConnection(Wire wire, InetSocketAddress address, long madeAt) {
        this.wire = wire;
        this.address = address;
        this.addressText = address.getAddress().getHostAddress() + ":" + address.getPort();
        this.madeAt = madeAt;
    }

    /** The bytes. */
    public Wire wire() {
        return wire;
    }

    /** The address it is connected to. */
    public InetSocketAddress address() {
        return address;
    }

    /** The address it is connected to, as {@code address:port}. */
    public String addressText() {
        return addressText;
    }

    /** Whether a request has been answered on it before. */
    public boolean isReused() {
        return reused;
    }

    /** Bytes of the body that came last on it, as its head had announced; 0 where it had not. The next may be as long. */
    public long lastBody() {
        return lastBody;
    }

    /** Sets {@link #lastBody}. */
    public void lastBody(long bytes) {
        lastBody = bytes;
    }

    long madeAt() {
        return madeAt;
    }

    /** Begins to wait for the next request. */
    void rests(long now) {
        idleSince = now;
    }

    /** How long it has had nothing to do, in nanoseconds. */
    long idleNanos(long now) {
        return now - idleSince;
    }

    void markReused() {
        reused = true;
    }
}
