package dev.rondo.balancer.http;

import static dev.rondo.balancer.http.BadMessage.malformed;

import java.nio.ByteBuffer;

/**
 * Takes the chunked coding (RFC 9112 §7.1) off a body, piece by piece. Strict: CRLF and nothing else, no space, extensions
 * checked and thrown away. Reused; not thread-safe.
 */
public final class ChunkedDecoder {
    private static final int LONGEST_SIZE_LINE = 1024;

    private enum State {
        SIZE_LINE,
        DATA,
        DATA_END,
        TRAILERS,
        DONE
    }

    private final int trailerLimit;
    private final ByteSink line = new ByteSink(32);
    private final Trailers trailers = new Trailers();
    private State state = State.SIZE_LINE;
    private long left;
    private int lineStart;

    /** A decoder for one body after another, whose trailer sections measure at most {@code trailerLimit} bytes. */
    public ChunkedDecoder(int trailerLimit) {
        this.trailerLimit = trailerLimit;
    }

    /** Makes ready for the next body. */
    public void clear() {
        state = State.SIZE_LINE;
        left = 0;
        lineStart = 0;
        line.clear();
        trailers.clear();
    }

    /** Whether the last chunk and the trailer section have been read. */
    public boolean isDone() {
        return state == State.DONE;
    }

    /**
     * Reads framing up to the next data.
     *
     * @return how many bytes at the position of {@code in} are data: the caller takes them all before it calls again. 0 where
     *     {@code in} is used up, or the body is {@link #isDone done}; then what follows it is left in {@code in}
     * @throws BadMessage where the coding is broken; the connection is of no further use then
     */
    public int next(ByteBuffer in) throws BadMessage {
        while (in.hasRemaining()) {
            switch (state) {
                case DATA -> {
                    int run = (int) Math.min(left, in.remaining());
                    left -= run;
                    if (left == 0) state = State.DATA_END;
                    return run;
                }
                case SIZE_LINE -> {
                    if (takesLine(in, LONGEST_SIZE_LINE, BadMessage.Fault.MALFORMED)) {
                        left = parseSizeLine();
                        line.clear();
                        state = left == 0 ? State.TRAILERS : State.DATA;
                    }
                }
                case DATA_END -> {
                    if (in.get() != (line.length == 0 ? '\r' : '\n')) throw malformed("end of chunk");
                    if (line.put('x').length == 2) {
                        line.clear();
                        state = State.SIZE_LINE;
                    }
                }
                case TRAILERS -> {
                    if (takesLine(in, trailerLimit, BadMessage.Fault.HEAD_TOO_LARGE)) {
                        int length = line.length - lineStart;
                        if (length < 2 || line.bytes[line.length - 2] != '\r') throw malformed("line end");
                        boolean empty = length == 2;
                        lineStart = line.length;
                        if (empty) {
                            trailers.parse(line);
                            state = State.DONE;
                        }
                    }
                }
                case DONE -> {
                    return 0;
                }
            }
        }
        return 0;
    }

    private boolean takesLine(ByteBuffer in, int limit, BadMessage.Fault tooLong) throws BadMessage {
        while (in.hasRemaining()) {
            byte octet = in.get();
            if (line.length == limit) throw new BadMessage(tooLong, "a line of the chunked coding is too long");
            line.put(octet);
            if (octet == '\n') return true;
        }
        return false;
    }

    /** {@code 1*HEXDIG [ chunk-ext ] CRLF}. */
    private long parseSizeLine() throws BadMessage {
        byte[] b = line.bytes;
        int end = line.length - 2;
        if (end < 1 || b[end] != '\r') throw malformed("chunk size");
        long size = 0;
        int p = 0;
        for (; p < end && Octets.hex(b[p]) >= 0; p++) {
            if (size >>> 59 != 0) throw malformed("chunk size");
            size = size << 4 | Octets.hex(b[p]);
        }
        if (p == 0) throw malformed("chunk size");
        while (p < end) p = parseExtension(b, p, end);
        return size;
    }

    /** {@code BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ]}, RFC 9112 §7.1.1. */
    private static int parseExtension(byte[] b, int from, int end) throws BadMessage {
        int p = skipSpace(b, from, end);
        if (p == end || b[p] != ';') throw malformed("chunk extension");
        p = token(b, skipSpace(b, p + 1, end), end);
        int equals = skipSpace(b, p, end);
        if (equals == end || b[equals] != '=') return p;
        p = skipSpace(b, equals + 1, end);
        if (p == end || b[p] != '"') return token(b, p, end);
        for (p++; p < end && b[p] != '"'; p++) {
            if (b[p] == '\\') p++;
            if (p >= end || !Octets.is(Octets.VALUE, b[p])) throw malformed("chunk extension");
        }
        if (p >= end) throw malformed("chunk extension");
        return p + 1;
    }

    private static int token(byte[] b, int from, int end) throws BadMessage {
        int p = from;
        while (p < end && Octets.is(Octets.TOKEN, b[p])) p++;
        if (p == from) throw malformed("chunk extension");
        return p;
    }

    private static int skipSpace(byte[] b, int from, int end) {
        int p = from;
        while (p < end && Octets.isSpace(b[p])) p++;
        return p;
    }

    /** Appends the last chunk and what may be passed on of the trailer section. */
    public void writeEndTo(ByteSink out, HeaderRules rules) {
        out.put('0').put('\r').put('\n');
        trailers.writeTo(out, rules);
        out.put('\r').put('\n');
    }
}
