package dev.rondo.balancer.proxy;

import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.http.BadMessage;
import dev.rondo.balancer.http.BodyKind;
import dev.rondo.balancer.http.ByteSink;
import dev.rondo.balancer.http.ChunkedDecoder;
import dev.rondo.balancer.telemetry.Reason;
import dev.rondo.balancer.wire.Lane;
import dev.rondo.balancer.wire.Wire;
import dev.rondo.balancer.wire.WireTimeout;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The body of one answer on its way from the backend to the client, its head in front. */
final class ResponseBody {
    private static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};

    private final Lane lane;
    private final ResponseReader from;
    private final Wire client;
    private final BodyKind kind;
    private final boolean chunked;
    private final Workspace workspace;
    private final ByteSink sink;
    private final ChunkedDecoder decoder;
    private final Pool pool;
    private final long clientIdle;
    private final long backendIdle;

    private long left;
    private long sent;
    private boolean ended;
    private boolean whole;

    /** @param chunked whether the client gets the chunked coding */
    ResponseBody(
            Lane lane,
            ResponseReader from,
            Wire client,
            BodyKind kind,
            boolean chunked,
            Workspace workspace,
            Pool pool,
            long clientIdle) {
        this.lane = lane;
        this.from = from;
        this.client = client;
        this.kind = kind;
        this.chunked = chunked;
        this.workspace = workspace;
        this.sink = workspace.sink;
        this.decoder = workspace.responseDecoder;
        this.pool = pool;
        this.clientIdle = clientIdle;
        this.backendIdle = pool.config().timeouts().idle().toNanos();
        this.left = from.announced(kind);
        this.whole = kind == BodyKind.NONE;
        decoder.clear();
    }

    /** Bytes that were handed to the client, framing apart. */
    long sent() {
        return sent;
    }

    /**
     * Sends the head that is in the sink and the whole body behind it; gives how that ended.
     *
     * @param whenRead runs when the backend has nothing more to do with it: before the last bytes go to the client
     */
    Reason relay(Runnable whenRead) {
        try {
            return kind == BodyKind.LENGTH ? passThrough(whenRead) : recode(whenRead);
        } catch (BadMessage e) {
            return Reason.BAD_RESPONSE;
        } catch (IOException e) {
            return Reason.CLIENT_ABORT;
        }
    }

    /** A body whose length is known goes from the buffer it was read into, and the head before it. */
    private Reason passThrough(Runnable whenRead) throws IOException {
        int head = sink.length();
        if (!from.putInFront(sink)) {
            workspace.send(client, clientIdle);
            head = 0;
        }
        writeThrough(head, whenRead);
        while (!whole) {
            Reason failed = fill();
            if (failed != Reason.OK) return failed;
            writeThrough(0, whenRead);
        }
        return Reason.OK;
    }

    /** Writes what has been read, {@code head} bytes in front of the body included. */
    private void writeThrough(int head, Runnable whenRead) throws IOException {
        ByteBuffer in = from.leftover();
        int count = (int) Math.min(left, in.remaining() - head);
        ByteBuffer part = in.slice(in.position(), head + count);
        in.position(in.position() + head + count);
        left -= count;
        sent += count;
        whole = left == 0;
        if (whole) whenRead.run();
        if (part.hasRemaining()) client.write(part, clientIdle);
    }

    /** Any other body goes from one buffer to another: chunks are made anew, and one that ends with its connection gets some. */
    private Reason recode(Runnable whenRead) throws BadMessage, IOException {
        ByteBuffer out = lane.buffers().take();
        try {
            putSink(out);
            if (!whole) move(out);
            if (whole) whenRead.run();
            flush(out);
            while (!whole) {
                Reason failed = from.hasLeftover() ? Reason.OK : fill();
                if (failed != Reason.OK) return failed;
                move(out);
                if (whole) whenRead.run();
                flush(out);
            }
            return Reason.OK;
        } finally {
            lane.buffers().give(out);
        }
    }

    private Reason fill() {
        try {
            if (from.fill(backendIdle, kind == BodyKind.LENGTH ? left : 0) >= 0) return Reason.OK;
            ended = true;
            return kind == BodyKind.UNTIL_CLOSE ? Reason.OK : Reason.RESPONSE_TRUNCATED;
        } catch (WireTimeout e) {
            return Reason.RESPONSE_BODY_TIMEOUT;
        } catch (IOException e) {
            return Reason.RESPONSE_TRUNCATED;
        }
    }

    /** Moves what is here and fits to {@code out}, as the client gets it. */
    private void move(ByteBuffer out) throws BadMessage, IOException {
        ByteBuffer in = from.leftover();
        switch (kind) {
            case UNTIL_CLOSE -> {
                int count = Math.min(in.remaining(), out.remaining() - Chunks.OVERHEAD);
                if (count > 0) put(in, out, count);
                if (ended && chunked) out.put(LAST_CHUNK);
                whole = ended;
            }
            case CHUNKED -> {
                // an outgoing chunk is never longer than what came, but for the margin
                int end = in.limit();
                in.limit(Math.min(end, in.position() + Math.max(0, out.remaining() - Chunks.OVERHEAD * 2)));
                while (!decoder.isDone()
                        && in.hasRemaining()
                        && out.remaining() >= in.remaining() + Chunks.OVERHEAD * 2) {
                    int run = decoder.next(in);
                    if (run > 0) put(in, out, run);
                }
                in.limit(end);
                whole = decoder.isDone();
                if (whole && chunked) {
                    decoder.writeEndTo(sink.clear(), pool.responseRules());
                    putSink(out);
                }
            }
            case NONE, LENGTH -> throw new IllegalStateException("not recoded: " + kind);
        }
    }

    private void put(ByteBuffer in, ByteBuffer out, int count) {
        if (chunked) {
            Chunks.put(in, out, count);
        } else {
            Chunks.copy(in, out, count);
        }
        sent += count;
    }

    private void putSink(ByteBuffer out) throws IOException {
        for (int at = 0; at < sink.length(); ) {
            if (!out.hasRemaining()) flush(out);
            int count = Math.min(out.remaining(), sink.length() - at);
            out.put(sink.array(), at, count);
            at += count;
        }
    }

    private void flush(ByteBuffer out) throws IOException {
        out.flip();
        if (out.hasRemaining()) client.write(out, clientIdle);
        out.clear();
    }
}
