package dev.rondo.balancer.proxy;

import dev.rondo.balancer.http.ByteSink;
import dev.rondo.balancer.http.ChunkedDecoder;
import dev.rondo.balancer.http.Limits;
import dev.rondo.balancer.http.RequestHead;
import dev.rondo.balancer.http.ResponseHead;
import dev.rondo.balancer.wire.Buffers;

/** What a request needs while it is in work, and an idle connection does not: taken from the lane and given back. */
final class Workspace {
    private static final int KEPT_BYTES = 8 * 1024;

    final Limits limits;
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

    Workspace(Limits limits, Buffers buffers) {
        this.limits = limits;
        replay = new ReplayBuffer(buffers);
        request = new RequestHead(limits);
        response = new ResponseHead(limits);
        requestDecoder = new ChunkedDecoder(limits.headSize());
        responseDecoder = new ChunkedDecoder(limits.headSize());
    }
}
