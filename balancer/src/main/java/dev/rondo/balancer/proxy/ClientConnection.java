package dev.rondo.balancer.proxy;

import dev.rondo.balancer.http.Forwarding;
import dev.rondo.balancer.telemetry.Reason;
import dev.rondo.balancer.wire.Buffers;
import dev.rondo.balancer.wire.Lane;
import dev.rondo.balancer.wire.Wire;
import dev.rondo.balancer.wire.WireTimeout;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client connection, from its first request to its last, and what has come on it that nobody has taken yet. Runs on a
 * virtual thread of its lane, and on none while it rests; nobody else touches what is here, but for {@link #drain} and
 * {@link #cut}.
 */
final class ClientConnection {
    private static final System.Logger LOG = System.getLogger(ClientConnection.class.getName());
    private static final long LINGER = TimeUnit.SECONDS.toNanos(2);
    private static final long LINGER_BYTES = 4 * 1024 * 1024;
    private static final long DRAIN_GRACE = TimeUnit.SECONDS.toNanos(1);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    final Proxy proxy;
    final LaneState state;
    final Lane lane;
    final Wire wire;
    final String peer;
    private final InetAddress address;
    /** Those of the request in work, or of the last. */
    Settings settings;

    Forwarding forwarding;

    /** No buffer is held while there is nothing in it. */
    private ByteBuffer in = NOTHING;

    private @Nullable Workspace workspace;
    private volatile @Nullable Relay current;
    private final Runnable onEnd;
    private boolean idle; // guarded by the lane's lock
    private boolean resting; // guarded by the lane's lock
    private long idleUntil;

    /** @param onEnd called once, when the connection has ended */
    ClientConnection(Proxy proxy, LaneState state, Wire wire, InetAddress address, Runnable onEnd) {
        this.proxy = proxy;
        this.state = state;
        this.lane = state.lane;
        this.wire = wire;
        this.peer = text(address);
        this.address = address;
        this.settings = proxy.settings();
        this.onEnd = onEnd;
        this.forwarding = forwarding();
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    private Forwarding forwarding() {
        return new Forwarding(peer, settings.trusts(address), settings.forwarded(), settings.via());
    }

    /** Takes what a reload has changed; between two requests. */
    @SuppressWarnings("ReferenceEquality") // they are replaced whole, and this is asked before each request
    private void refresh() {
        Settings now = proxy.settings();
        if (now == settings) return;
        settings = now;
        forwarding = forwarding();
    }

    /** Serves one request after another until the connection ends. */
    void run() {
        state.opened(this);
        serve();
    }

    private void serve() {
        boolean rests = false;
        try {
            boolean goesOn = true;
            while (goesOn && !rests) { // one turn is one exchange
                switch (awaitRequest()) {
                    case REQUEST -> goesOn = serveOne();
                    case REST -> rests = rest();
                    case END -> goesOn = false;
                }
            }
        } catch (IOException e) {
            // the client is gone between two requests: nothing is lost
        } catch (RuntimeException | Error e) { // the descriptor must not be lost with the thread
            LOG.log(System.Logger.Level.ERROR, "a connection of " + peer + " failed inside Rondo", e);
        } finally {
            if (!rests) end();
        }
    }

    private void end() {
        try {
            close();
            state.closed(this);
        } finally {
            onEnd.run();
        }
    }

    private boolean serveOne() {
        idleUntil = 0;
        refresh();
        Relay relay = new Relay(this);
        current = relay;
        try {
            return relay.serve();
        } finally {
            current = null;
        }
    }

    /** Answers without reading anything: this client has too many connections. */
    void refuse() {
        try {
            new Relay(this).refuse();
        } finally {
            close();
            onEnd.run();
        }
    }

    private void close() {
        giveWorkspace();
        giveIn();
        wire.close();
    }

    private enum Next {
        REQUEST,
        /** None has come for a while; one still may. */
        REST,
        END
    }

    /** Waits for the first byte of a request. */
    private Next awaitRequest() throws IOException {
        if (in.hasRemaining()) return Next.REQUEST;
        giveWorkspace();
        giveIn();
        if (idleUntil == 0) idleUntil = lane.coarseNanos() + settings.keepAlive();
        long left = idleLeft();
        boolean mayRest = wire.canStandBy() && !proxy.isDraining();
        long wait = mayRest ? Math.min(settings.threadGrace(), left) : left;
        setIdle(true);
        try {
            wire.awaitReadable(wait);
            return fill(left, 0) ? Next.REQUEST : Next.END;
        } catch (WireTimeout e) {
            if (peek() == Stir.BYTES) return Next.REQUEST; // what came while the time ran out is served
            return wait < left ? Next.REST : Next.END;
        } finally {
            setIdle(false);
        }
    }

    private long idleLeft() {
        return Math.max(1, idleUntil - lane.coarseNanos());
    }

    /** Gives the thread up until something comes, or the time is over; false where something has come already, or draining has begun. */
    private boolean rest() {
        giveIn();
        lane.lock();
        try {
            resting = !proxy.isDraining() && wire.standBy(idleLeft(), this::wake);
            if (resting) state.rests(1);
            return resting;
        } finally {
            lane.unlock();
        }
    }

    /** Goes on with a new thread. Called on the lane with its lock. */
    private void wake() {
        if (!resting) return;
        resting = false;
        state.rests(-1);
        wire.unwatch();
        lane.start(this::serve);
    }

    /** In one step with {@link #drain}, or its limit could fall on the request that has just come. */
    private void setIdle(boolean now) {
        lane.lock();
        try {
            idle = now;
            wire.limitReads(now && proxy.isDraining() ? DRAIN_GRACE : Wire.FOREVER);
        } finally {
            lane.unlock();
        }
    }

    /** The proxy is draining: a connection that stays idle is closed. */
    void drain() {
        lane.lock();
        try {
            if (idle) wire.limitReads(DRAIN_GRACE);
            wake();
        } finally {
            lane.unlock();
        }
    }

    /** Ends the connection by a reset, so that no answer passes for a whole one. */
    void abort() {
        wire.abort();
    }

    /** Ends the connection from outside, whatever is under way. */
    void cut() {
        wire.abort();
        Relay relay = current;
        if (relay != null) relay.giveUp(Reason.DRAINING);
        lane.lock();
        try {
            wake(); // to find out
        } finally {
            lane.unlock();
        }
    }

    /** Bytes that were read and not taken. */
    ByteBuffer in() {
        return in;
    }

    private ByteBuffer inWithRoom(long bodyLeft) {
        if (in.capacity() == 0) in = lane.buffers().takeFor(bodyLeft).limit(0);
        return in;
    }

    /** Holds no buffer while there is nothing in it. */
    void giveEmptyIn() {
        if (!in.hasRemaining()) giveIn();
    }

    /** Waits for more bytes after all were taken, holding no buffer meanwhile; false at the end. */
    boolean awaitMore(long timeout) throws IOException {
        return awaitMore(timeout, 0);
    }

    /** As {@link #awaitMore(long)}, for a body of which {@code bodyLeft} bytes are still to come. */
    boolean awaitMore(long timeout, long bodyLeft) throws IOException {
        giveIn();
        wire.awaitReadable(timeout);
        return fill(timeout, bodyLeft);
    }

    private boolean fill(long timeout, long bodyLeft) throws IOException {
        ByteBuffer room = inWithRoom(bodyLeft);
        // what is behind a long body stays in the kernel: all else counts on no more than a payload being here
        long most = Math.min(room.capacity() - Buffers.MARGIN, Math.max(bodyLeft, Buffers.PAYLOAD));
        room.clear().limit((int) most);
        try {
            return wire.read(room, timeout) >= 0;
        } finally {
            room.flip();
        }
    }

    /** What stirs on a connection whose request is being answered. */
    enum Stir {
        /** Nothing after all. */
        NOTHING,
        /** The start of a further request, kept for its turn behind what is in the buffer: that may be sent once more. */
        BYTES,
        /** The client has gone; one that has closed only its own direction counts as gone too, see docs/adr/0013. */
        GONE
    }

    /** Looks what stirs, without waiting. */
    Stir peek() {
        ByteBuffer room = inWithRoom(0);
        int start = room.position();
        int end = room.limit();
        // where a read has filled the buffer to the last byte, only the margin can tell whether more comes, or the end;
        // and no more
        // than that, however long the buffer is: all else counts on no more than a payload being here
        int most = end < Buffers.PAYLOAD ? Buffers.PAYLOAD : Math.min(room.capacity(), end + Buffers.MARGIN);
        if (end == most || (most > Buffers.PAYLOAD && room.hasRemaining()))
            return Stir.BYTES; // the kernel keeps the rest
        room.limit(most).position(end);
        try {
            int count = wire.readNow(room);
            if (count == 0) return Stir.NOTHING;
            return count > 0 ? Stir.BYTES : Stir.GONE;
        } catch (IOException e) {
            return Stir.GONE;
        } finally {
            room.limit(room.position()).position(start);
        }
    }

    /** Lets whoever reads on have only a moment more. */
    void hurry() {
        wire.limitReads(LINGER);
    }

    /**
     * Reads on for a moment after the last answer: closing with bytes unread makes the kernel send a reset, which can take
     * the answer away from a client that is still sending (RFC 9112 §9.6).
     */
    void linger() {
        hurry();
        long thrownAway = 0;
        try {
            while (thrownAway < LINGER_BYTES && awaitMore(LINGER)) thrownAway += in.remaining();
        } catch (IOException e) {
            // gone, or silent for long enough
        }
    }

    Workspace workspace() {
        Workspace now = workspace;
        if (now == null) now = workspace = state.takeWorkspace(settings.limits());
        return now;
    }

    private void giveWorkspace() {
        Workspace now = workspace;
        if (now != null) state.giveWorkspace(now);
        workspace = null;
    }

    private void giveIn() {
        if (in.capacity() > 0) lane.buffers().give(in);
        in = NOTHING;
    }
}
