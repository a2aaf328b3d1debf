package dev.rondo.balancer.proxy;

import dev.rondo.balancer.wire.Buffers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What has been taken of a request's body, framing apart, so that it can be sent once more. It holds the first bytes up to a
 * limit; one byte more and it lets go of all. Its memory is buffers of the lane, taken when there is something to hold.
 *
 * <p>Belongs to whoever sends the body: the exchange's thread, or the pump while that runs. Reused for one request after
 * another.
 */
final class ReplayBuffer {
    private static final int PIECE = Buffers.PAYLOAD;

    private final Buffers buffers;
    /** All but the last are full. */
    private final List<ByteBuffer> pieces = new ArrayList<>(4);

    private int limit;
    private int length;
    private int replayed;
    private boolean gone;

    ReplayBuffer(Buffers buffers) {
        this.buffers = buffers;
    }

    /**
     * Forgets everything and makes ready for the next request, or for none.
     *
     * @param limit bytes to hold at most; 0 to hold none
     */
    void clear(int limit) {
        giveBack();
        this.limit = limit;
        gone = false;
    }

    /**
     * Holds a copy of the next {@code count} bytes of {@code payload}, which does not move: they are about to be taken.
     *
     * @throws IllegalStateException where what is held has not been {@link #replayTo replayed}: the body would go out in disorder
     */
    void record(ByteBuffer payload, int count) {
        if (gone || count == 0) return;
        if (hasMore()) throw new IllegalStateException("a body goes on before its beginning was sent again");
        if (count > limit - length) {
            letGo();
            return;
        }
        int from = payload.position();
        int end = from + count;
        while (from < end) {
            int offset = length % PIECE;
            if (offset == 0) pieces.add(buffers.take());
            int part = Math.min(end - from, PIECE - offset);
            pieces.getLast().put(offset, payload, from, part);
            from += part;
            length += part;
        }
        replayed = length;
    }

    /** Bytes that are held. */
    int length() {
        return length;
    }

    /** Whether some of the body was taken and is not here any more; until {@link #clear}. */
    boolean isGone() {
        return gone;
    }

    /**
     * The next attempt gets everything from the beginning.
     *
     * @throws IllegalStateException where that is {@link #isGone gone}
     */
    void rewind() {
        if (gone) throw new IllegalStateException("the body is gone");
        replayed = 0;
    }

    /** Whether some that is held has not been sent to this backend. */
    boolean hasMore() {
        return replayed < length;
    }

    /**
     * Sends on into {@code out} as much of what this backend has not got as fits.
     *
     * @param chunked whether as chunks (RFC 9112 §7.1), the last one apart
     */
    void replayTo(ByteBuffer out, boolean chunked) {
        int framing = chunked ? Chunks.OVERHEAD : 0;
        while (hasMore() && out.remaining() > framing) {
            int offset = replayed % PIECE;
            int here = Math.min(length - replayed, PIECE - offset);
            int part = Math.min(here, out.remaining() - framing);
            ByteBuffer piece = pieces.get(replayed / PIECE).clear().position(offset);
            if (chunked) Chunks.put(piece, out, part);
            else Chunks.copy(piece, out, part);
            replayed += part;
        }
    }

    /**
     * This body will not be sent again: takes nothing more up to {@link #clear}, and gives its memory back, or does so with the
     * next {@link #record} where some of it is still to be sent to this backend.
     */
    void letGo() {
        if (hasMore()) {
            limit = 0;
            return;
        }
        giveBack();
        gone = true;
    }

    private void giveBack() {
        for (int i = 0, n = pieces.size(); i < n; i++) buffers.give(pieces.get(i));
        pieces.clear();
        length = replayed = 0;
    }
}
