package dev.rondo.balancer.wire;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Direct buffers of one size, and a few long ones for long bodies; last given first taken, so that a loop works in memory its
 * caches hold. Belongs to a lane: its callers run there, or hold its lock.
 */
public final class Buffers {
    /** Bytes of payload that a buffer is filled with by a read. */
    public static final int PAYLOAD = 16 * 1024;
    /** Room on top for what framing adds to a payload. */
    public static final int MARGIN = 64;

    private static final int KEPT = 512;
    /** A read and a write of so much cost a third, for each byte, of what a payload's cost. */
    private static final int LONG_PAYLOAD = 128 * 1024;
    /** Long ones in use at the same time: many slow readers of long bodies must not hold so much each. */
    private static final int MOST_LONG = 32;

    private final Lane lane;
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> freeLong = new ArrayDeque<>();
    private int longInUse;

    Buffers(Lane lane) {
        this.lane = lane;
    }

    /** An empty buffer of {@link #PAYLOAD} + {@link #MARGIN} bytes; the caller gives it back once. */
    public ByteBuffer take() {
        lane.lock();
        try {
            ByteBuffer buffer = free.pollLast();
            return buffer != null ? buffer : ByteBuffer.allocateDirect(PAYLOAD + MARGIN);
        } finally {
            lane.unlock();
        }
    }

    /**
     * An empty buffer for a read of a body of which {@code left} bytes are to come: a long one where that is more than a payload
     * and not too many are in use. Its limit is what a read should fill; the margin is behind it.
     */
    public ByteBuffer takeFor(long left) {
        ByteBuffer buffer = left > PAYLOAD ? takeLong() : null;
        if (buffer == null) buffer = take();
        return buffer.limit(buffer.capacity() - MARGIN);
    }

    private @Nullable ByteBuffer takeLong() {
        lane.lock();
        try {
            if (longInUse == MOST_LONG) return null;
            ByteBuffer buffer = freeLong.pollLast();
            if (buffer == null) buffer = ByteBuffer.allocateDirect(LONG_PAYLOAD + MARGIN);
            longInUse++;
            return buffer;
        } finally {
            lane.unlock();
        }
    }

    /** Takes back what {@link #take} or {@link #takeFor} gave. */
    public void give(ByteBuffer buffer) {
        buffer.clear();
        lane.lock();
        try {
            if (buffer.capacity() > PAYLOAD + MARGIN) {
                longInUse--;
                freeLong.addLast(buffer);
            } else if (free.size() < KEPT) {
                free.addLast(buffer);
            }
        } finally {
            lane.unlock();
        }
    }
}
