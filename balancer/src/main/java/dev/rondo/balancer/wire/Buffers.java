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
    /** Room in front of what a read fills, where the head of a message finds place that goes out with it. */
    public static final int FRONT = 1024;

    private static final int KEPT = 512;

    private final Lane lane;
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
    /**
     * A read and a write of 128 KB cost a third, for each byte, of what a payload's cost; a read that empties the socket costs two
     * thirds of that, because each window that opens wakes the sender: see docs/performance.md. Of either few are in use at the
     * same time: many slow readers of long bodies must not hold so much each.
     */
    private final Shelf longer = new Shelf(128 * 1024, 32);

    private final Shelf longest = new Shelf(512 * 1024, 8);

    Buffers(Lane lane) {
        this.lane = lane;
    }

    /** An empty buffer of {@link #FRONT} + {@link #PAYLOAD} + {@link #MARGIN} bytes; the caller gives it back once. */
    public ByteBuffer take() {
        lane.lock();
        try {
            ByteBuffer buffer = free.pollLast();
            return buffer != null ? buffer : ByteBuffer.allocateDirect(FRONT + PAYLOAD + MARGIN);
        } finally {
            lane.unlock();
        }
    }

    /**
     * An empty buffer for a read of a body of which {@code left} bytes are to come: a long one where that is more than a payload,
     * of two lengths, and not too many are in use. From its position to its limit is what a read should fill; the front is
     * before that, the margin behind.
     */
    public ByteBuffer takeFor(long left) {
        ByteBuffer buffer = null;
        if (left > PAYLOAD) {
            lane.lock();
            try {
                if (left > longer.payload) buffer = longest.take();
                if (buffer == null) buffer = longer.take();
            } finally {
                lane.unlock();
            }
        }
        if (buffer == null) buffer = take();
        return buffer.limit(buffer.capacity() - MARGIN).position(FRONT);
    }

    /** Takes back what {@link #take} or {@link #takeFor} gave. */
    public void give(ByteBuffer buffer) {
        buffer.clear();
        lane.lock();
        try {
            if (buffer.capacity() > FRONT + PAYLOAD + MARGIN) (longest.owns(buffer) ? longest : longer).give(buffer);
            else if (free.size() < KEPT) free.addLast(buffer);
        } finally {
            lane.unlock();
        }
    }

    /** Long buffers of one size: what is lent at the same time is bounded, and kept when it comes back. */
    private static final class Shelf {
        final int payload;
        private final int most;
        private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
        private int inUse;

        Shelf(int payload, int most) {
            this.payload = payload;
            this.most = most;
        }

        @Nullable
        ByteBuffer take() {
            if (inUse == most) return null;
            inUse++;
            ByteBuffer buffer = free.pollLast();
            return buffer != null ? buffer : ByteBuffer.allocateDirect(FRONT + payload + MARGIN);
        }

        boolean owns(ByteBuffer buffer) {
            return buffer.capacity() == FRONT + payload + MARGIN;
        }

        void give(ByteBuffer buffer) {
            inUse--;
            free.addLast(buffer);
        }
    }
}
