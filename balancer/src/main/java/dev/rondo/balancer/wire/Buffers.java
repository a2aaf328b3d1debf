package dev.rondo.balancer.wire;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Direct buffers of one size, last given first taken, so that a loop works in memory its caches hold. Belongs to a lane:
 * its callers run there, or hold its lock.
 */
public final class Buffers {
    /** Bytes of payload that a buffer is filled with by a read. */
    public static final int PAYLOAD = 16 * 1024;
    /** Room on top for what framing adds to a payload. */
    public static final int MARGIN = 64;

    private static final int KEPT = 512;

    private final Lane lane;
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

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

    /** Takes back what {@link #take} gave. */
    public void give(ByteBuffer buffer) {
        buffer.clear();
        lane.lock();
        try {
            if (free.size() < KEPT) free.addLast(buffer);
        } finally {
            lane.unlock();
        }
    }
}
