package dev.rondo.balancer.proxy;

import dev.rondo.balancer.http.ByteSink;
import dev.rondo.balancer.http.ChunkedDecoder;
import dev.rondo.balancer.http.Limits;
import dev.rondo.balancer.http.RequestHead;
import dev.rondo.balancer.http.ResponseHead;
import dev.rondo.balancer.wire.Buffers;
import dev.rondo.balancer.wire.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;

/** What a request needs while it is in work, and an idle connection does not: taken from the lane and given back. */
final class Workspace {
    private static final int KEPT_BYTES = 8 * 1024;

    final Limits limits;
    private final Buffers buffers;
    final RequestHead request;
    final ResponseHead response;
    /** Heads on their way out. Only the thread that runs the exchange writes here. */
    final ByteSink sink = new ByteSink(64);

    /** The end of a request's body; belongs to whoever sends that. */
    final ByteSink requestEnd = new ByteSink(64);

    /** What was taken of a request's body and may have to be sent again; belongs to whoever sends that. */
    final ReplayBuffer replay;

    final ChunkedDecoder requestDecoder;
    final ChunkedDecoder responseDecoder;

    /** Whether it is worth keeping: one that has held the longest of heads is not. */
    boolean isSmall() {
        return request.capacity() <= KEPT_BYTES && response.capacity() <= KEPT_BYTES;
    }

    /** Writes all that is in {@link #sink}, as {@link Wire#write} does. */
    void send(Wire to, long timeoutNanos) throws IOException {
        ByteBuffer out = buffers.take();
        try {
            for (int from = 0; from < sink.length(); ) {
                int count = Math.min(out.capacity(), sink.length() - from);
                out.clear().put(sink.array(), from, count).flip();
                to.write(out, timeoutNanos);
                from += count;
            }
        } finally {
            buffers.give(out);
        }
    }

    Workspace(Limits limits, Buffers buffers) {
        this.limits = limits;
        this.buffers = buffers;
        replay = new ReplayBuffer(buffers);
        request = new RequestHead(limits);
        response = new ResponseHead(limits);
        requestDecoder = new ChunkedDecoder(limits.headSize());
        responseDecoder = new ChunkedDecoder(limits.headSize());
    }
}
