package dev.rondo.balancer.proxy;

import dev.rondo.balancer.wire.Buffers;
import dev.rondo.balancer.wire.Lane;
import dev.rondo.balancer.wire.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Two connections that have left HTTP behind (RFC 9110 §7.8): bytes go both ways until both sides have ended, one has broken,
 * or nothing has gone either way for too long. The end of one direction is passed on and leaves the other alone.
 */
final class Tunnel {
    private final Lane lane;
    private final Wire client;
    private final Wire backend;
    private final long idleNanos;
    private volatile boolean otherEnded;
    private volatile @Nullable Thread joiner;
    private volatile long fromClient;
    private long toClient;

    Tunnel(Lane lane, Wire client, Wire backend, long idleNanos) {
        this.lane = lane;
        this.client = client;
        this.backend = backend;
        this.idleNanos = idleNanos;
    }

    /**
     * Runs until the tunnel has ended; both wires are closed then.
     *
     * @param early what came behind the client's head, in a buffer that {@code giveEarly} gives back once that is sent
     * @param late what came behind the backend's head, likewise
     */
    void run(ByteBuffer early, Runnable giveEarly, ByteBuffer late, Runnable giveLate) {
        lane.start(() -> {
            try {
                fromClient = copy(early, giveEarly, client, backend);
            } finally {
                otherEnded = true;
                LockSupport.unpark(joiner);
            }
        });
        toClient = copy(late, giveLate, backend, client);
        joiner = Thread.currentThread();
        while (!otherEnded) LockSupport.park(this);
        client.close();
        backend.close();
    }

    /** What the client had sent when the tunnel ended. */
    long bytesFromClient() {
        return fromClient;
    }

    /** What the client had got when the tunnel ended. */
    long bytesToClient() {
        return toClient;
    }

    private long copy(ByteBuffer first, Runnable giveFirst, Wire from, Wire to) {
        long total = 0;
        try {
            if (first.hasRemaining()) {
                total += first.remaining();
                to.write(first, idleNanos);
            }
            giveFirst.run(); // a tunnel may be quiet for an hour
            while (true) {
                from.awaitReadable(idleNanos);
                int count = copyOnce(from, to);
                if (count < 0) break;
                total += count;
                to.postponeReads(idleNanos); // the other direction is quiet, but the tunnel is not
            }
            to.shutdownOutput();
        } catch (IOException broken) {
            client.close();
            backend.close();
        }
        return total;
    }

    private int copyOnce(Wire from, Wire to) throws IOException {
        ByteBuffer buffer = lane.buffers().take();
        try {
            buffer.limit(Buffers.PAYLOAD);
            int count = from.read(buffer, idleNanos);
            if (count > 0) to.write(buffer.flip(), idleNanos);
            return count;
        } finally {
            lane.buffers().give(buffer);
        }
    }
}
