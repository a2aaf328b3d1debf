package dev.rondo.balancer.http;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The head of a message: taken from a buffer piece by piece, then parsed whole. Reused from one message to the next; not
 * thread-safe.
 */
public abstract sealed class Head extends Fields permits RequestHead, ResponseHead {
    private static final int FIRST_BYTES = 128;
    /** Taken at a time, or as much as is here already: what is behind a head is a body, and is not to be copied with it. */
    private static final int PIECE = 1024;

    private static final int EMPTY_LINES = 8;
    private static final int MOST_OPTIONS = 64;
    private static final byte[] CLOSE = Octets.ascii("close");
    private static final byte[] KEEP_ALIVE = Octets.ascii("keep-alive");
    private static final byte[] UPGRADE = Octets.ascii("upgrade");
    private static final byte[] CHUNKED = Octets.ascii("chunked");
    private static final byte[] CONTENT_LENGTH = Octets.ascii("Content-Length: ");
    static final byte[] CRLF = Octets.ascii("\r\n");

    private final Limits limits;
    private int length;
    private int scanned;
    private int lineStart;
    private int lines;
    private int emptyLines;

    int start;
    int fieldsStart;
    int minorVersion;
    long contentLength = -1;
    int lengthField;
    boolean chunked;
    boolean close;
    boolean keepAlive;
    boolean connectionUpgrade;
    private boolean nominates;
    private int options;

    Head(Limits limits) {
        this.limits = limits;
    }

    final Limits limits() {
        return limits;
    }

    /** Makes ready for the next message. */
    public void clear() {
        length = scanned = lineStart = lines = emptyLines = start = 0;
        contentLength = lengthField = -1;
        chunked = close = keepAlive = connectionUpgrade = nominates = false;
        minorVersion = 1;
        options = 0;
        forgetFields();
    }

    /** Whether a byte of this head has been taken. */
    public final boolean isBegun() {
        return length > start;
    }

    /** Number of bytes of the head. */
    public final int length() {
        return length - start;
    }

    /** Bytes it could hold without growing. */
    public final int capacity() {
        return bytes.length;
    }

    final int end() {
        return length;
    }

    /**
     * Takes bytes up to the end of the head and leaves the rest in {@code from}.
     *
     * @return whether the head is whole; if not, all of {@code from} was taken
     * @throws BadMessage for a line that does not end in CRLF, and over a limit
     */
    public final boolean feed(ByteBuffer from) throws BadMessage {
        while (from.hasRemaining()) {
            int taken = Math.min(Math.min(from.remaining(), Math.max(length, PIECE)), limits.headSize() + 1 - length);
            if (taken == 0) throw tooLarge();
            if (bytes.length - length < taken) {
                bytes = Arrays.copyOf(bytes, Math.max(Math.max(FIRST_BYTES, bytes.length * 2), length + taken));
            }
            from.get(bytes, length, taken);
            length += taken;
            if (scan()) {
                from.position(from.position() - (length - scanned));
                length = scanned;
                if (length > limits.headSize()) throw tooLarge();
                return true;
            }
        }
        if (length > limits.headSize()) throw tooLarge();
        return false;
    }

    private boolean scan() throws BadMessage {
        byte[] b = bytes;
        int to = length;
        for (int i = scanned; i < to; i++) {
            while (i + Words.SIZE <= to && Words.noLineFeed(Words.at(b, i))) i += Words.SIZE;
            if (i == to) break;
            if (b[i] != '\n') continue;
            if (i == lineStart || b[i - 1] != '\r') throw BadMessage.malformed("line end");
            boolean empty = i - lineStart == 1;
            lineStart = i + 1;
            if (!empty) {
                if (lines++ > limits.fields()) {
                    throw new BadMessage(BadMessage.Fault.HEAD_TOO_LARGE, "too many fields");
                }
            } else if (lines > 0) {
                scanned = i + 1;
                return true;
            } else { // RFC 9112 §2.2: ignore an empty line before the request-line
                if (!(this instanceof RequestHead) || ++emptyLines > EMPTY_LINES)
                    throw BadMessage.malformed("empty lines");
                start = i + 1;
            }
        }
        scanned = to;
        return false;
    }

    private BadMessage tooLarge() {
        return lines == 0 && this instanceof RequestHead
                ? new BadMessage(BadMessage.Fault.TARGET_TOO_LONG, "request line too long")
                : new BadMessage(BadMessage.Fault.HEAD_TOO_LARGE, "head too large");
    }

    /** Reads {@code HTTP/1.x} at {@code at}; gives the minor version, anything above 1 being 1 (RFC 9110 §2.5). */
    final int version(int at) throws BadMessage {
        byte[] b = bytes;
        boolean named = b[at] == 'H' && b[at + 1] == 'T' && b[at + 2] == 'T' && b[at + 3] == 'P' && b[at + 4] == '/';
        if (!named || !Octets.isDigit(b[at + 5]) || b[at + 6] != '.' || !Octets.isDigit(b[at + 7])) {
            throw BadMessage.malformed("version");
        }
        if (b[at + 5] != '1') throw new BadMessage(BadMessage.Fault.UNSUPPORTED_VERSION, "not HTTP/1.0 or HTTP/1.1");
        return b[at + 7] == '0' ? 0 : 1;
    }

    /** Reads the fields behind the start line and what they say of the message (RFC 9112 §6.3). */
    final void understandFields() throws BadMessage {
        parseFields(fieldsStart);
        for (int i = 0; i < count(); i++) if (!isDropped(i)) understand(i);
        dropNominated(); // after all was understood: Connection may stand before what it names
        if (chunked && contentLength >= 0) throw BadMessage.malformed("content-length and transfer-encoding");
        if (chunked && isHttp10()) throw BadMessage.malformed("transfer-encoding in HTTP/1.0");
    }

    /** Takes what one field says, and drops it where it is not passed on as it is. */
    abstract void understand(int field) throws BadMessage;

    /**
     * Takes one {@code Content-Length}; a second one is refused even if it says the same (RFC 9112 §6.3). Leading zeros are
     * grammatical (RFC 9110 §8.6), and read as octal by some: such a field is dropped, to be written anew.
     */
    final void contentLength(int field) throws BadMessage {
        if (contentLength >= 0) throw BadMessage.malformed("more than one content-length");
        contentLength = decimal(field);
        if (contentLength < 0) throw BadMessage.malformed("content-length");
        lengthField = field;
        if (bytes[valueStart(field)] == '0' && valueEnd(field) - valueStart(field) > 1) drop(field);
    }

    /** Appends {@code Content-Length} where its line was dropped for the way it was written; gives the number of lines. */
    final int writeDroppedLength(ByteSink out) {
        if (lengthField < 0 || !isDropped(lengthField)) return 0;
        out.put(CONTENT_LENGTH).putDecimal(contentLength).put(CRLF);
        return 1;
    }

    /** Takes one {@code Transfer-Encoding}, which must be {@code chunked} and nothing else (RFC 9112 §6.1). */
    final void transferEncoding(int field) throws BadMessage {
        if (chunked) throw BadMessage.malformed("more than one transfer-encoding");
        if (!valueIs(field, CHUNKED)) throw unusableCoding(field);
        chunked = true;
    }

    private BadMessage unusableCoding(int field) {
        boolean other = false;
        for (String coding : value(field).split(",", -1)) {
            byte[] name = Octets.ascii(coding.strip());
            if (name.length == 0) return BadMessage.malformed("transfer-encoding");
            for (byte octet : name) {
                if (!Octets.is(Octets.TOKEN, octet)) return BadMessage.malformed("transfer-encoding");
            }
            other |= !Octets.equalsIgnoreCase(name, 0, name.length, CHUNKED);
        }
        return other
                ? new BadMessage(BadMessage.Fault.UNSUPPORTED_CODING, "transfer-encoding other than chunked")
                : BadMessage.malformed("transfer-encoding");
    }

    /** Takes the options of a {@code Connection} line (RFC 9110 §7.6.1). */
    final void connection(int field) throws BadMessage {
        for (int from = valueStart(field); from < valueEnd(field); ) {
            // each option is held against each field
            if (++options > MOST_OPTIONS) throw BadMessage.malformed("too many connection options");
            int end = optionEnd(from, field);
            int first = skipSpace(from, end);
            int last = trimSpace(first, end);
            if (Octets.equalsIgnoreCase(bytes, first, last, CLOSE)) close = true;
            else if (Octets.equalsIgnoreCase(bytes, first, last, KEEP_ALIVE)) keepAlive = true;
            else if (Octets.equalsIgnoreCase(bytes, first, last, UPGRADE)) connectionUpgrade = true;
            else nominates |= last > first;
            from = end + 1;
        }
    }

    /** Drops the fields that {@code Connection} lines name, besides the options that are not fields. */
    private void dropNominated() {
        if (!nominates) return;
        for (int i = 0; i < count(); i++) {
            if (name(i) != FieldName.CONNECTION) continue;
            for (int from = valueStart(i); from < valueEnd(i); ) {
                int end = optionEnd(from, i);
                int first = skipSpace(from, end);
                dropNominated(first, trimSpace(first, end));
                from = end + 1;
            }
        }
    }

    private int optionEnd(int from, int field) {
        int end = from;
        while (end < valueEnd(field) && bytes[end] != ',') end++;
        return end;
    }

    private int skipSpace(int from, int end) {
        int p = from;
        while (p < end && Octets.isSpace(bytes[p])) p++;
        return p;
    }

    private int trimSpace(int from, int end) {
        int p = end;
        while (p > from && Octets.isSpace(bytes[p - 1])) p--;
        return p;
    }

    /** Whether the sender keeps the connection open after this message (RFC 9112 §9.3). */
    public final boolean isPersistent() {
        return !close && (minorVersion > 0 || keepAlive);
    }

    /** Whether the sender says that it closes the connection after this message. */
    public final boolean saysClose() {
        return close;
    }

    /** Whether the message was sent as HTTP/1.0. */
    public final boolean isHttp10() {
        return minorVersion == 0;
    }

    /** Whether the body is in the chunked coding. */
    public final boolean isChunked() {
        return chunked;
    }

    /** The value of {@code Content-Length}, -1 where there is none. */
    public final long contentLength() {
        return contentLength;
    }

    /** Appends lines {@code [from, to)} as they came, without those that were dropped. */
    final int copyFields(ByteSink out, HeaderRules rules) {
        byte[] b = bytes;
        int kept = 0;
        int runStart = -1;
        for (int i = 0; i < count(); i++) {
            boolean keep = !isDropped(i) && !rules.replaces(b, nameStart(i), nameEnd(i));
            if (keep) kept++;
            if (keep && runStart < 0) runStart = nameStart(i);
            if (!keep && runStart >= 0) {
                out.put(b, runStart, nameStart(i));
                runStart = -1;
            }
        }
        if (runStart >= 0) out.put(b, runStart, end() - 2);
        return kept;
    }
}
