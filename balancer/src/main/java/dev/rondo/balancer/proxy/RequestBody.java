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
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request on its way from the client to a backend, or to one after the other. What came with the head goes out
 * with the head; for the rest a second thread of the lane is started, so that an answer is seen while the client still sends. When
 * the backend takes no more, the rest is read and thrown away, so that the client gets to read the answer.
 *
 * <p>It can go out once more, {@link #again}, as long as it is {@link #held}: what came with the head stays in the client's buffer
 * until an answer has begun; where more comes, and the request may be repeated, a copy of the payload is kept.
 *
 * <p>Until {@link #start} the exchange's thread owns everything here; then the pump does, the buffer of the client included,
 * until {@link #isEnded}.
 */
final class RequestBody {
    private static final System.Logger LOG = System.getLogger(RequestBody.class.getName());

    private final Lane lane;
    private final ClientConnection client;
    private final Settings settings;
    private final BodyKind kind;
    private final long length;
    private final ChunkedDecoder decoder;
    private final HeaderRules rules;
    /** A last chunk with a trailer section that did not fit where it should have gone out. */
    private final ByteSink end;

    /** A copy of what was taken, where more than the client's buffer holds may have to go out again. */
    private final ReplayBuffer copy;

    private final int copied;
    private final boolean copies;
    /** Whether it is sent from where it stays until an answer has begun, or there is none. */
    private final boolean stays;
    /** Whether all that was taken is still in the client's buffer. */
    private boolean inPlace = true;

    /** Where the body begins in the client's buffer. */
    private final int place;

    private final long backendIdle;
    private final boolean expecting;
    private volatile boolean continued;
    private long left;
    private long received;
    private long waited;
    private boolean whole;
    private boolean endPlaced;

    private volatile boolean started;
    private long endedAt;
    private volatile boolean ended;
    private volatile @Nullable Failure failure;
    private volatile boolean begun;
    private volatile boolean gone;
    private volatile boolean once;
    private boolean hurried;
    private boolean answered;
    private boolean abandoned;
    private volatile boolean backendGone;
    private volatile @Nullable Thread joiner;

    /**
     * A body of which nothing has been taken.
     *
     * @param backendIdle how long the backend may take nothing
     * @param copied bytes that are kept for another attempt, where the request may be repeated after it was sent; 0 where not
     */
    RequestBody(ClientConnection client, Workspace work, HeaderRules rules, long backendIdle, int copied) {
        RequestHead head = work.request;
        this.lane = client.lane;
        this.client = client;
        this.settings = client.settings;
        this.backendIdle = backendIdle;
        this.expecting = head.isExpectContinue();
        this.kind = head.bodyKind();
        this.length = kind == BodyKind.LENGTH ? head.contentLength() : 0;
        this.decoder = work.requestDecoder;
        this.end = work.requestEnd.clear();
        this.rules = rules;
        this.place = client.in().position();
        this.stays = kind == BodyKind.NONE
                || (kind == BodyKind.LENGTH && length <= client.in().remaining());
        this.copies = !stays && copied > 0 && length <= copied; // of what is longer a copy would be thrown away
        this.copy = work.replay;
        this.copied = copied;
        start();
    }

    private void start() {
        left = length;
        received = 0;
        whole = kind == BodyKind.NONE;
        decoder.clear();
        if (copies) copy.clear(copied);
        gone = false;
    }

    /** Whether it can go out once more, and why not. */
    RetryRule.Body held() {
        if (kind == BodyKind.NONE) return RetryRule.Body.NONE;
        if (!inPlace && (!copies || gone || !isEnded())) return RetryRule.Body.GONE;
        return received == 0 ? RetryRule.Body.NOT_BEGUN : RetryRule.Body.HELD;
    }

    /**
     * Before anything is sent: whether it is likely that all of it may go out once more. A client that waits for a word to go on is
     * not asked twice.
     */
    boolean mayGoOutAgain() {
        return stays || (copies && !expecting);
    }

    /** As {@link #held}, should the client send the rest of what it may have to be kept for another attempt. */
    RetryRule.Body hoped() {
        boolean mayCome = !isEnded() && copies && !gone && (!expecting || begun);
        return mayCome ? RetryRule.Body.HELD : held();
    }

    /** Makes ready for another attempt; only where it is {@link #held}. */
    void again() {
        if (!inPlace) {
            copy.rewind();
        } else if (kind != BodyKind.NONE) {
            client.in().position(place); // it is all still there, whatever came behind it
            start();
        }
        end.clear();
        endPlaced = started = ended = hurried = answered = abandoned = backendGone = false;
        failure = null;
    }

    /**
     * Waits until all that may go out once more is here, or it is certain that it cannot. Called on the exchange's thread, when the
     * backend's connection is closed: nobody waits for that any more.
     */
    void settle() {
        if (!copies || (expecting && !begun)) return;
        joiner = Thread.currentThread();
        while (!isEnded() && !gone) LockSupport.park(this);
        joiner = null;
    }

    /** It will not go out again: what is kept for that is given back, by the pump where that still runs. */
    synchronized void forget() {
        once = true;
        if (isEnded()) giveCopy();
    }

    private void giveCopy() {
        if (copies) copy.clear(0);
        gone = true;
    }

    /** The pump touches nothing from here on. */
    private synchronized void end() {
        if (once) giveCopy();
        endedAt = lane.coarseNanos();
        ended = true;
    }

    /** Bytes taken so far, framing apart. */
    long received() {
        return received;
    }

    /**
     * Moves what it can from {@code in} to {@code out}, as the backend gets it: first what is sent once more. {@code out} has room
     * for a whole payload of {@code in} and the margin, or only some is moved.
     */
    void transfer(ByteBuffer in, ByteBuffer out) throws Failure {
        if (replays()) {
            copy.replayTo(out, kind == BodyKind.CHUNKED);
            if (copy.hasMore()) return;
        }
        if (kind == BodyKind.LENGTH) {
            int count = (int) Math.min(Math.min(left, in.remaining()), out.remaining());
            keep(in, count);
            Chunks.copy(in, out, count);
            took(count);
        } else if (kind == BodyKind.CHUNKED) {
            transferChunks(in, out);
        }
    }

    /** Whether some of what was taken before goes out now. */
    private boolean replays() {
        return copies && copy.hasMore();
    }

    private void keep(ByteBuffer in, int count) {
        if (!copies || gone) return;
        if (once) copy.letGo();
        else copy.record(in, count);
        if (copy.isGone()) {
            gone = true;
            LockSupport.unpark(joiner);
        }
    }

    private void transferChunks(ByteBuffer in, ByteBuffer out) throws Failure {
        int limit = in.limit();
        try {
            // an outgoing chunk is never longer than what came, but for the margin
            in.limit(Math.min(limit, in.position() + Math.max(0, out.remaining() - Buffers.MARGIN / 2)));
            while (!decoder.isDone() && in.hasRemaining() && out.remaining() >= in.remaining() + Buffers.MARGIN / 2) {
                int run = decoder.next(in);
                if (run == 0) break;
                keep(in, run);
                Chunks.put(in, out, run);
                count(run);
            }
        } catch (BadMessage e) {
            throw Failure.ofRequest(e);
        } finally {
            in.limit(limit);
        }
        if (decoder.isDone() && !endPlaced) {
            endPlaced = true;
            end.clear();
            decoder.writeEndTo(end, rules);
            whole = true;
            if (end.length() <= out.remaining()) {
                out.put(end.array(), 0, end.length());
                end.clear();
            }
        }
    }

    private void took(int bytes) throws Failure {
        left -= bytes;
        whole = left == 0;
        count(bytes);
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
        return whole && end.length() == 0 && !replays() && (endPlaced || kind != BodyKind.CHUNKED);
    }

    /**
     * Sends the rest from a thread of its own, to which what the client has sent belongs until {@link #isEnded}.
     *
     * @param patience nanoseconds that the backend has from now on, once it is its turn; asked there
     * @param afterwards runs there when all has been sent and no answer has begun
     */
    void start(Wire backend, LongSupplier patience, Runnable afterwards) {
        started = true;
        inPlace = false;
        lane.start(() -> pump(backend, patience, afterwards));
    }

    private void pump(Wire backend, LongSupplier patience, Runnable afterwards) {
        try {
            while (!isMoved()) {
                if (!whole && !replays() && !client.in().hasRemaining()) fill(backend);
                send(backend, patience);
            }
            delivered(backend, patience, afterwards);
        } catch (Failure e) {
            failure = e;
            backend.close(); // wakes the one who waits for an answer
        } catch (Throwable e) {
            LOG.log(System.Logger.Level.ERROR, "a request's body failed inside Rondo", e);
            failure = new Failure(Reason.INTERNAL_ERROR, Failure.Progress.SENT, "internal error");
            backend.close();
        } finally {
            end();
            LockSupport.unpark(joiner);
        }
    }

    private void fill(Wire backend) throws Failure {
        boolean awaitsContinue = expecting && !begun;
        long before = lane.ticker().nanos();
        try {
            // a client that was told to wait is not slow: the backend's time counts until its first byte
            long patience = awaitsContinue ? Wire.FOREVER : Math.clamp(allowance(), 1, settings.idle());
            if (!client.awaitMore(patience, kind == BodyKind.LENGTH ? left : 0)) {
                throw new Failure(Reason.CLIENT_ABORT, Failure.Progress.SENT, "the body ended before it was whole");
            }
        } catch (WireTimeout e) {
            throw new Failure(Reason.REQUEST_BODY_TIMEOUT, Failure.Progress.SENT, "the body came too slowly");
        } catch (IOException e) {
            throw new Failure(Reason.CLIENT_ABORT, Failure.Progress.SENT, "the connection broke inside the body");
        }
        if (awaitsContinue) begins(backend);
        else waited += lane.ticker().nanos() - before;
    }

    private long allowance() {
        return settings.requestBodyRate() == 0
                ? Wire.FOREVER
                : allowance(settings.bodyGrace(), received, settings.requestBodyRate(), waited);
    }

    /**
     * How many nanoseconds a client may make us wait now: the grace, and a second for each so many bytes; less than 1 where it
     * has used them up.
     *
     * @param grace nanoseconds before its rate counts
     * @param rate bytes a second, more than 0
     * @param waited nanoseconds that it has made us wait so far
     */
    static long allowance(long grace, long received, int rate, long waited) {
        double earned = 1e9 * received / rate;
        return grace + (long) Math.min(earned, 1e18) - waited;
    }

    private void send(Wire backend, LongSupplier patience) throws Failure {
        ByteBuffer in = client.in();
        if (kind == BodyKind.LENGTH && !replays()) {
            int count = (int) Math.min(left, in.remaining());
            keep(in, count);
            ByteBuffer part = in.slice(in.position(), count);
            in.position(in.position() + count);
            took(count);
            write(part, backend, patience);
            return;
        }
        ByteBuffer out = lane.buffers().take();
        try {
            if (end.length() > 0) {
                int count = Math.min(end.length(), out.remaining());
                out.put(end.array(), 0, count);
                byte[] rest = java.util.Arrays.copyOfRange(end.array(), count, end.length());
                end.clear().put(rest);
            } else {
                transfer(in, out);
            }
            write(out.flip(), backend, patience);
        } finally {
            lane.buffers().give(out);
        }
    }

    private void write(ByteBuffer out, Wire backend, LongSupplier patience) throws Failure {
        if (backendGone || !out.hasRemaining()) return;
        try {
            backend.write(out, backendIdle);
        } catch (WireTimeout e) {
            throw new Failure(Reason.RESPONSE_TIMEOUT, Failure.Progress.SENT, "the backend takes nothing");
        } catch (IOException e) {
            gone(backend, patience);
        }
    }

    /** The backend takes no more; an answer may be waiting all the same, and its reader finds out. */
    private synchronized void gone(Wire backend, LongSupplier patience) {
        backendGone = true;
        if (!answered) backend.limitReads(patience.getAsLong());
    }

    /** From here on the backend has its time to answer, if it has not answered yet, and the client is watched. */
    private synchronized void delivered(Wire backend, LongSupplier patience, Runnable afterwards) {
        if (abandoned) return;
        client.giveEmptyIn();
        if (!answered) backend.limitReads(patience.getAsLong());
        afterwards.run();
    }

    /** The backend has told the client to go on: from here on the client's time counts. */
    synchronized void continued() {
        continued = true;
        if (started && expecting && !begun && !hurried) client.wire.limitReads(settings.idle());
    }

    /** The client has begun to send what it was told to wait with. */
    private synchronized void begins(Wire backend) {
        begun = true;
        if (!hurried) client.wire.limitReads(Wire.FOREVER);
        backend.postponeReads(Wire.FOREVER);
    }

    /** The client has a moment more to send what nobody waits for. */
    synchronized void hurry() {
        hurried = true;
        client.hurry();
    }

    /**
     * The answer has begun: what is left of it may take longer than it had to begin. Where the backend was asked whether it
     * wants the body and has answered instead, it does not: bytes sent now it would take for another request.
     */
    void answered(Wire backend) {
        if (!started) return; // there is no second thread, and no limit of its own
        synchronized (this) {
            answered = true;
            backend.limitReads(Wire.FOREVER);
            if (isUnwanted()) backendGone = true;
        }
    }

    /** Nobody waits for an answer any more, nor wants to know whether the client leaves. */
    void abandoned() {
        if (!started) return;
        synchronized (this) {
            abandoned = true;
            answered = true;
        }
    }

    /** Whether the client was told to wait, and then got an answer instead of a word to go on. */
    boolean isUnwanted() {
        return expecting && !continued && !isDelivered();
    }

    /** Whether the backend has all that it gets for now: the whole request, or the question whether it wants the body. */
    boolean isBackendsTurn() {
        return isEnded() || (expecting && !continued && !begun);
    }

    /** Whether a second thread sends, or has sent. */
    boolean isStarted() {
        return started;
    }

    /** Whether nothing runs here any more. */
    boolean isEnded() {
        return !started || ended;
    }

    /** When what has been started ended: nanoseconds of the ticker; asked after {@link #isEnded}. */
    long endedAt() {
        return endedAt;
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
