package dev.rondo.balancer.http;

import static dev.rondo.balancer.http.Octets.ascii;

import dev.rondo.balancer.http.ResponseHead.Persistence;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads bytes whole and in pieces, and holds what comes out to rules that any input must keep. The properties and the fuzz
 * targets share it.
 */
final class Trial {
    static final byte[] REQUEST_ID = ascii("0123456789abcdef");
    static final byte[] AUTHORITY = ascii("backend:5000");
    static final Forwarding DIRECT = new Forwarding("192.0.2.7", false, true, "rondo");

    private static final byte[] DATE = ascii("Mon, 23 Nov 2026 03:00:00 GMT");
    private static final Limits WIDE = new Limits(1 << 22, 1 << 16, 1 << 21);
    private static final Pattern REQUEST_LINE = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+ [!-~&&[^#]]+ HTTP/1\\.1");
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 [1-5][0-9]{2}( [\\t -~\\x80-\\xff]*)?");
    private static final Pattern FIELD_LINE =
            Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ \\t]*[\\t -~\\x80-\\xff]*");

    /** What came of reading. */
    sealed interface Outcome {}

    /**
     * A whole message.
     *
     * @param says everything its accessors say
     * @param written what is written on
     * @param taken how many bytes belong to it
     */
    record Whole(String says, String written, int taken) implements Outcome {}

    /** More bytes are needed. */
    record Unfinished(String says) implements Outcome {}

    /** A rule was broken, after {@code says} had been read. */
    record Refused(BadMessage.Fault fault, String says) implements Outcome {}

    private Trial() {}

    /** Reads a request's head at once, byte by byte and in two pieces cut at {@code cut}; all must agree. */
    static Outcome request(byte[] bytes, Limits limits, int cut) {
        Outcome whole = request(bytes, limits, new int[0]);
        agree(whole, request(bytes, limits, everywhere(bytes)), "byte by byte");
        agree(whole, request(bytes, limits, new int[] {cut}), "cut at " + cut);
        return whole;
    }

    /** As {@link #request(byte[], Limits, int)} for the head of an answer. */
    static Outcome response(byte[] bytes, Limits limits, int cut) {
        Outcome whole = response(bytes, limits, new int[0]);
        agree(whole, response(bytes, limits, everywhere(bytes)), "byte by byte");
        agree(whole, response(bytes, limits, new int[] {cut}), "cut at " + cut);
        return whole;
    }

    /** As {@link #request(byte[], Limits, int)} for a body in the chunked coding. */
    static Outcome chunked(byte[] bytes, int trailerLimit, int cut) {
        Outcome whole = chunked(bytes, trailerLimit, new int[0]);
        agree(whole, chunked(bytes, trailerLimit, everywhere(bytes)), "byte by byte");
        agree(whole, chunked(bytes, trailerLimit, new int[] {cut}), "cut at " + cut);
        return whole;
    }

    private static void agree(Outcome whole, Outcome pieces, String how) {
        if (!whole.equals(pieces)) throw new AssertionError(how + ": " + pieces + "\nat once: " + whole);
    }

    private static int[] everywhere(byte[] bytes) {
        return java.util.stream.IntStream.range(1, Math.max(1, bytes.length)).toArray();
    }

    /** Feeds {@code in} up to each of {@code cuts} in turn, then all of it. */
    private static boolean feed(Head head, ByteBuffer in, int[] cuts) throws BadMessage {
        int size = in.limit();
        for (int i = 0; i <= cuts.length; i++) {
            in.limit(i < cuts.length ? cuts[i] : size);
            boolean whole = head.feed(in);
            if (!whole && in.hasRemaining()) throw new AssertionError("bytes left before the end of the head");
            if (whole) {
                in.limit(size);
                return true;
            }
        }
        return false;
    }

    private static Outcome request(byte[] bytes, Limits limits, int[] cuts) {
        RequestHead head = new RequestHead(limits);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            if (!feed(head, in, cuts)) return new Unfinished("");
            head.parse();
        } catch (BadMessage e) {
            return new Refused(e.fault(), "");
        }
        // what was there before a head must not matter
        ByteSink out = new ByteSink(64).put("pipelined\r\n");
        int from = out.length();
        String says = saidBy(head);
        head.writeTo(out, DIRECT, HeaderRules.NONE, AUTHORITY, REQUEST_ID);
        String written = out.toString().substring(from);
        checkLines(written, REQUEST_LINE);
        readAgain(head, written);
        return new Whole(says, written, in.position());
    }

    /** A backend that is as strict as Rondo understands the same request. */
    private static void readAgain(RequestHead head, String written) {
        RequestHead again = new RequestHead(WIDE);
        try {
            ByteBuffer in = ByteBuffer.wrap(ascii(written));
            if (!again.feed(in) || in.hasRemaining()) throw new AssertionError("not one head: " + written);
            again.parse();
        } catch (BadMessage e) {
            throw new AssertionError("Rondo would refuse what it sends: " + e.getMessage() + "\n" + written, e);
        }
        String authority = head.authority();
        boolean same = again.methodText().equals(head.methodText())
                && again.bodyKind() == head.bodyKind()
                && Math.max(again.contentLength(), 0) == Math.max(head.contentLength(), 0)
                && again.isUpgrade() == head.isUpgrade()
                && again.path().equals(pathOf(head))
                && !again.isHttp10()
                && again.isPersistent()
                && (authority == null || authority.equals(again.authority()));
        if (!same) throw new AssertionError(saidBy(head) + " became " + saidBy(again) + "\n" + written);
    }

    /** RFC 9112 §3.2.4: OPTIONS of an authority alone is OPTIONS of everything. */
    private static String pathOf(RequestHead head) {
        boolean authorityOnly = !head.targetText().startsWith("/")
                && head.targetText().indexOf('/', "https://".length()) < 0
                && head.targetText().indexOf('?') < 0;
        return head.knownMethod() == Method.OPTIONS && authorityOnly ? "*" : head.path();
    }

    private static String saidBy(RequestHead head) {
        return String.join(
                " ",
                List.of(
                        head.methodText(),
                        head.targetText(),
                        head.path(),
                        "authority=" + head.authority(),
                        head.bodyKind().name(),
                        "length=" + head.contentLength(),
                        "1.0=" + head.isHttp10(),
                        "persistent=" + head.isPersistent(),
                        "close=" + head.saysClose(),
                        "expect=" + head.isExpectContinue(),
                        "upgrade=" + head.isUpgrade(),
                        "max-forwards=" + head.maxForwards(),
                        "fields=" + head.count()));
    }

    private static Outcome response(byte[] bytes, Limits limits, int[] cuts) {
        ResponseHead head = new ResponseHead(limits);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            if (!feed(head, in, cuts)) return new Unfinished("");
            head.parse();
        } catch (BadMessage e) {
            return new Refused(e.fault(), "");
        }
        String says = saidBy(head);
        boolean asChunked = head.bodyKind(false) == BodyKind.CHUNKED || head.bodyKind(false) == BodyKind.UNTIL_CLOSE;
        boolean asLength = !asChunked && head.status() >= 200 && head.status() != 204;
        ByteSink out = new ByteSink(64);
        head.writeTo(out, asChunked, asLength, Persistence.CLOSE, head.isInterim() ? null : DATE, HeaderRules.NONE);
        String written = out.toString();
        checkLines(written, STATUS_LINE);
        ResponseHead again = new ResponseHead(WIDE);
        try {
            if (!again.feed(ByteBuffer.wrap(ascii(written)))) throw new AssertionError("not one head: " + written);
            again.parse();
        } catch (BadMessage e) {
            throw new AssertionError("Rondo would refuse what it sends: " + e.getMessage() + "\n" + written, e);
        }
        boolean same = again.status() == head.status()
                && again.isChunked() == asChunked
                && again.contentLength() == (asLength ? head.contentLength() : -1);
        if (!same) throw new AssertionError(says + " became " + saidBy(again) + "\n" + written);
        return new Whole(says, written, in.position());
    }

    private static String saidBy(ResponseHead head) {
        return String.join(
                " ",
                List.of(
                        "status=" + head.status(),
                        head.bodyKind(false).name(),
                        "length=" + head.contentLength(),
                        "chunked=" + head.isChunked(),
                        "1.0=" + head.isHttp10(),
                        "persistent=" + head.isPersistent(),
                        "fields=" + head.count()));
    }

    private static void checkLines(String written, Pattern first) {
        if (!written.endsWith("\r\n\r\n")) throw new AssertionError("no end: " + written);
        List<String> lines = List.of(written.substring(0, written.length() - 4).split("\r\n", -1));
        if (!first.matcher(lines.getFirst()).matches()) throw new AssertionError("first line: " + written);
        long framing = 0;
        for (String line : lines.subList(1, lines.size())) {
            if (!FIELD_LINE.matcher(line).matches()) throw new AssertionError("not a field line: " + line);
            String lower = line.toLowerCase(java.util.Locale.ROOT);
            if (lower.startsWith("content-length:") || lower.startsWith("transfer-encoding:")) framing++;
        }
        if (framing > 1) throw new AssertionError("two framings: " + written);
    }

    /** Decodes with pieces that end at {@code cuts}. */
    static Outcome chunked(byte[] bytes, int trailerLimit, int[] cuts) {
        ChunkedDecoder decoder = new ChunkedDecoder(trailerLimit);
        StringBuilder body = new StringBuilder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            for (int i = 0; i <= cuts.length && !decoder.isDone(); i++) {
                in.limit(i < cuts.length ? cuts[i] : bytes.length);
                for (int run; (run = decoder.next(in)) > 0; ) {
                    body.append(new String(bytes, in.position(), run, StandardCharsets.ISO_8859_1));
                    in.position(in.position() + run);
                }
                if (!decoder.isDone() && in.hasRemaining()) throw new AssertionError("bytes left before the end");
            }
        } catch (BadMessage e) {
            return new Refused(e.fault(), body.toString());
        }
        if (!decoder.isDone()) return new Unfinished(body.toString());
        int taken = in.position();
        int surplus = decoder.isDone() ? nextTakes(decoder, in) : 0;
        if (surplus != 0) throw new AssertionError("a decoder that is done takes " + surplus + " bytes more");
        ByteSink end = new ByteSink(16);
        decoder.writeEndTo(end, HeaderRules.NONE);
        List<String> lines = new ArrayList<>(Arrays.asList(end.toString().split("\r\n", -1)));
        if (!lines.getFirst().equals("0") || !end.toString().endsWith("\r\n\r\n")) throw new AssertionError(end);
        for (String line : lines.subList(1, lines.size() - 2)) {
            if (!FIELD_LINE.matcher(line).matches()) throw new AssertionError("not a trailer line: " + line);
        }
        return new Whole(body.toString(), end.toString(), taken);
    }

    private static int nextTakes(ChunkedDecoder decoder, ByteBuffer in) {
        int before = in.position();
        try {
            return decoder.next(in) + in.position() - before;
        } catch (BadMessage e) {
            throw new AssertionError("what follows a body is not the decoder's business", e);
        }
    }
}
