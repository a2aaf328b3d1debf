package dev.rondo.balancer.proxy;

import dev.rondo.balancer.connect.UpstreamConnection;
import dev.rondo.balancer.http.BadMessage;
import dev.rondo.balancer.http.BodyKind;
import dev.rondo.balancer.http.ByteSink;
import dev.rondo.balancer.http.ResponseHead;
import dev.rondo.balancer.proxy.Failure.Progress;
import dev.rondo.balancer.telemetry.Reason;
import dev.rondo.balancer.wire.Lane;
import dev.rondo.balancer.wire.Wire;
import dev.rondo.balancer.wire.WireTimeout;
import java.io.IOException;
import java.nio.ByteBuffer;

/** What comes from a backend in one exchange. Holds no buffer while it waits. */
final class ResponseReader {
    /** Interim answers that one request may get. */
    static final int MOST_INTERIM = 32;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Lane lane;
    private final UpstreamConnection connection;
    private final Wire wire;
    private final ResponseHead head;
    private ByteBuffer back = NOTHING;
    private boolean interim;

    ResponseReader(Lane lane, UpstreamConnection connection, ResponseHead head) {
        this.lane = lane;
        this.connection = connection;
        this.wire = connection.wire();
        this.head = head;
        head.clear();
    }

    Wire wire() {
        return wire;
    }

    /** What {@link #readHead} has read. */
    ResponseHead head() {
        return head;
    }

    /**
     * Reads the next head; what follows it is left over.
     *
     * @param deadline for the whole of it, as {@link Lane#coarseNanos} counts; {@link Wire#FOREVER} for none. What is there
     *     already is read even then
     */
    void readHead(long deadline) throws Failure {
        interim |= head.isBegun();
        head.clear();
        try {
            while (!head.feed(back)) {
                long left = deadline == Wire.FOREVER ? Wire.FOREVER : Math.max(1, deadline - lane.coarseNanos());
                if (fill(left, connection.lastBody()) < 0)
                    throw closed("the backend closed the connection before its answer was whole");
            }
            head.parse();
        } catch (WireTimeout e) {
            throw new Failure(Reason.RESPONSE_TIMEOUT, progress(), "no answer in time");
        } catch (IOException e) {
            throw closed("the backend reset the connection before its answer was whole");
        } catch (BadMessage e) {
            throw Failure.ofAnswer(e);
        }
    }

    private Failure closed(String detail) {
        return new Failure(Reason.UPSTREAM_RESET, progress(), detail);
    }

    private Progress progress() {
        if (head.isBegun()) return Progress.ANSWERED;
        return interim ? Progress.INTERIM : Progress.SENT;
    }

    /**
     * Waits for bytes with no buffer in hand, then reads them; gives their number, -1 at the end.
     *
     * @param bodyLeft bytes of a body that are still to come; 0 where that is not known
     */
    int fill(long timeout, long bodyLeft) throws IOException {
        giveBuffer();
        wire.awaitReadable(timeout);
        back = lane.buffers().takeFor(bodyLeft);
        int from = back.position();
        try {
            return wire.read(back, timeout);
        } finally {
            back.limit(back.position()).position(from);
        }
    }

    /** How many bytes of a body of this kind are to come behind the head; 0 where it does not say. */
    long announced(BodyKind kind) {
        long length = kind == BodyKind.LENGTH ? head.contentLength() : 0;
        connection.lastBody(length);
        return length;
    }

    /** Puts a head right before {@link #leftover}, so that both go out with one write; false where there is no room for it. */
    boolean putInFront(ByteSink head) {
        int at = back.position() - head.length();
        if (at < 0) return false;
        back.put(at, head.array(), 0, head.length()).position(at);
        return true;
    }

    /** What has been read and not been taken. */
    ByteBuffer leftover() {
        return back;
    }

    boolean hasLeftover() {
        return back.hasRemaining();
    }

    void giveBuffer() {
        if (back.capacity() > 0) lane.buffers().give(back);
        back = NOTHING;
    }
}
