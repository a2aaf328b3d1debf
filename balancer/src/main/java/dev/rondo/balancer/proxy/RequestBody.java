package dev.rondo.balancer.proxy;

import dev.rondo.balancer.http.BadMessage;
import dev.rondo.balancer.http.BodyKind;
import dev.rondo.balancer.http.ByteSink;
import dev.rondo.balancer.http.ChunkedDecoder;
import dev.rondo.balancer.http.HeaderRules;
import dev.rondo.balancer.http.RequestHead;
import dev.rondo.balancer.telemetry.Reason;
import dev.rondo.balancer.wire.Buffers;
import dev.rondo.balancer.wire.Lane;
import dev.rondo.balancer.wire.Wire;
import dev.rondo.balancer.wire.WireTimeout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request on its way from the client to the backend. What came with the head goes out with the head; for the
 * rest a second thread of the lane is started, so that an answer is seen while the client still sends. When the backend takes
 * no more, the rest is read and thrown away, so that the client gets to read the answer.
 *
 * <p>Until {@link #start} the exchange's thread owns everything here; then the pump does, the buffer of the client included,
 * until {@link #isEnded}.
 */
final class RequestBody {
    /** A slow client has this long before its rate counts. */
    private static final long GRACE = TimeUnit.SECONDS.toNanos(10);

    private final Lane lane;
    private final Wire client;
    private final Settings settings;
    private final BodyKind kind;
    private final ChunkedDecoder decoder;
    private final HeaderRules rules;
    /** A last chunk with a trailer section that did not fit where it should have gone out. */
    private final ByteSink end;

    private long left;
    private long received;
    private long waited;
    private boolean whole;

    private volatile boolean started;
    private volatile boolean ended;
    private volatile @Nullable Failure failure;
    private boolean answered;
    private volatile boolean backendGone;
    private volatile @Nullable Thread joiner;

    RequestBody(Lane lane, Wire client, Settings settings, Workspace work, HeaderRules rules) {
        RequestHead head = work.request;
        this.lane = lane;
        this.client = client;
        this.settings = settings;
        this.kind = head.bodyKind();
        this.decoder = work.requestDecoder;
        this.end = work.requestEnd.clear();
        this.rules = rules;
        this.left = kind == BodyKind.LENGTH ? head.contentLength() : 0;
        this.whole = kind == BodyKind.NONE;
        decoder.clear();
    }

    /** Bytes taken so far, framing apart. */
    long received() {
        return received;
    }

    /**
     * Moves what it can from {@code in} to {@code out}, as the backend gets it. {@code out} has room for a whole payload of
     * {@code in} and the margin, or only some is moved.
     */
    void transfer(ByteBuffer in, ByteBuffer out) throws Failure {
        if (kind == BodyKind.LENGTH) {
            int count = (int) Math.min(Math.min(left, in.remaining()), out.remaining());
            Chunks.copy(in, out, count);
            left -= count;
            count(count);
            whole = left == 0;
        } else if (kind == BodyKind.CHUNKED) {
            transferChunks(in, out);
        }
    }

    private void transferChunks(ByteBuffer in, ByteBuffer out) throws Failure {
        try {
            // an outgoing chunk is never longer than what came, but for the margin
            while (!decoder.isDone() && in.hasRemaining() && out.remaining() >= in.remaining() + Buffers.MARGIN / 2) {
                int run = decoder.next(in);
                if (run == 0) break;
                Chunks.put(in, out, run);
                count(run);
            }
        } catch (BadMessage e) {
            throw Failure.ofRequest(e);
        }
        if (decoder.isDone() && !whole) {
            end.clear();
            decoder.writeEndTo(end, rules);
            whole = true;
            if (end.length() <= out.remaining()) {
                out.put(end.array(), 0, end.length());
                end.clear();
            }
        }
    }

    private void count(int bytes) throws Failure {
        received += bytes;
        if (received > settings.maxBody()) {
            throw Failure.early(Reason.BODY_TOO_LARGE, "body over " + settings.maxBody() + " bytes");
        }
    }

    /** Whether every byte has been taken from the client. */
    boolean isWhole() {
        return whole;
    }

    /** Whether there is nothing left to take or to send; a long trailer section may be left to send. */
    boolean isMoved() {
        return whole && end.length() == 0;
    }

    /**
     * Sends the rest from a thread of its own; {@code in} belongs to that thread until {@link #isEnded}.
     *
     * @param afterwards runs there when all has been sent and no answer has begun
     */
    void start(ByteBuffer in, Wire backend, long responseNanos, Runnable afterwards) {
        started = true;
        lane.start(() -> pump(in, backend, responseNanos, afterwards));
    }

    private void pump(ByteBuffer in, Wire backend, long responseNanos, Runnable afterwards) {
        ByteBuffer out = lane.buffers().take();
        try {
            while (!isMoved()) {
                if (!whole && !in.hasRemaining()) fill(in);
                send(in, out, backend);
            }
            delivered(backend, responseNanos, afterwards);
        } catch (Failure e) {
            failure = e;
            backend.close(); // wakes the one who waits for an answer
        } finally {
            lane.buffers().give(out);
            ended = true;
            LockSupport.unpark(joiner);
        }
    }

    private void fill(ByteBuffer in) throws Failure {
        long allowed = settings.requestBodyRate() == 0
                ? Long.MAX_VALUE
                : GRACE + TimeUnit.SECONDS.toNanos(1) * received / settings.requestBodyRate() - waited;
        long before = lane.ticker().nanos();
        try {
            in.clear().limit(Buffers.PAYLOAD);
            if (client.read(in, Math.clamp(allowed, 1, settings.idle())) < 0) {
                throw new Failure(Reason.CLIENT_ABORT, Failure.Progress.SENT, "the body ended before it was whole");
            }
        } catch (WireTimeout e) {
            throw new Failure(Reason.REQUEST_BODY_TIMEOUT, Failure.Progress.SENT, "the body came too slowly");
        } catch (IOException e) {
            throw new Failure(Reason.CLIENT_ABORT, Failure.Progress.SENT, "the connection broke inside the body");
        } finally {
            in.flip();
            waited += lane.ticker().nanos() - before;
        }
    }

    private void send(ByteBuffer in, ByteBuffer out, Wire backend) throws Failure {
        out.clear();
        if (whole) {
            int count = Math.min(end.length(), out.remaining());
            out.put(end.array(), 0, count);
            byte[] rest = java.util.Arrays.copyOfRange(end.array(), count, end.length());
            end.clear().put(rest);
        } else {
            transfer(in, out);
        }
        if (backendGone) return;
        try {
            backend.write(out.flip(), settings.idle());
        } catch (IOException e) {
            backendGone = true; // an answer may be waiting all the same: its reader finds out
        }
    }

    /** From here on the backend has its time to answer, if it has not answered yet. */
    private synchronized void delivered(Wire backend, long responseNanos, Runnable afterwards) {
        if (answered || backendGone) return;
        backend.limitReads(responseNanos);
        afterwards.run();
    }

    /** The answer has begun: what is left of it may take longer than {@code responseNanos}. */
    synchronized void answered(Wire backend) {
        answered = true;
        backend.limitReads(Wire.FOREVER);
    }

    /** Whether a second thread sends, or has sent. */
    boolean isStarted() {
        return started;
    }

    /** Whether nothing runs here any more. */
    boolean isEnded() {
        return !started || ended;
    }

    /** Whether the backend got all of it. */
    boolean isDelivered() {
        return whole && isEnded() && !backendGone && failure == null;
    }

    /** What the client did wrong while it sent; null while nothing. */
    @Nullable
    Failure failure() {
        return failure;
    }

    /** Waits until {@link #isEnded}. Called on the exchange's thread. */
    void join() {
        joiner = Thread.currentThread();
        while (!isEnded()) LockSupport.park(this);
        joiner = null;
    }
}
