package dev.rondo.balancer.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * RFC 9112 as a sender must speak it: what a recipient MAY forgive is a {@link Violation} here, because Rondo is the sender
 * of every byte that is read through this class. A second opinion, sharing no code with the relay.
 */
public final class StrictGrammar {
    private static final String TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
    private static final Pattern REQUEST_LINE =
            Pattern.compile("(" + TOKEN + ") ([\\x21-\\x7e\\x80-\\xff]+) HTTP/1\\.([01])");
    private static final Pattern STATUS_LINE =
            Pattern.compile("HTTP/1\\.([01]) ([1-5][0-9][0-9]) ([\\t\\x20-\\x7e\\x80-\\xff]*)");
    private static final Pattern FIELD = Pattern.compile("(" + TOKEN + "):[ \\t]*(.*?)[ \\t]*", Pattern.DOTALL);
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f]");
    private static final Pattern CHUNK = Pattern.compile("([0-9A-Fa-f]{1,16})((?:;" + TOKEN + "(?:=(?:" + TOKEN
            + "|\"(?:[^\"\\\\\\x00-\\x08\\x0a-\\x1f\\x7f]|\\\\[\\t\\x20-\\x7e])*\"))?)*)");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    /** RFC 9110 §6.5.1: fields that frame, route or authenticate mean nothing, or harm, in a trailer section. */
    private static final Set<String> NOT_IN_TRAILERS = Set.of(
            "content-length", "transfer-encoding", "host", "trailer", "te", "connection", "expect", "authorization");

    private StrictGrammar() {}

    /** The next request's head; null where the connection ends between requests. */
    public static Request.@Nullable Head requestHead(Source source) throws IOException {
        if (!source.more()) return null;
        String line = source.line();
        Matcher matcher = REQUEST_LINE.matcher(line);
        if (!matcher.matches()) throw new Violation("not a request line", line);
        List<Field> fields = fields(source);
        int minor = Integer.parseInt(matcher.group(3));
        List<String> hosts = Field.values(fields, "host");
        if (hosts.size() != 1 && !(minor == 0 && hosts.isEmpty())) {
            throw new Violation(hosts.size() + " Host fields (RFC 9112 §3.2)", line);
        }
        return new Request.Head(matcher.group(1), matcher.group(2), minor, fields);
    }

    /** The body that belongs to {@code head}; {@code from} is where its head began in the bytes of {@code source}. */
    public static Request requestBody(Source source, Request.Head head, long from) throws IOException {
        Answer.Framing framing = framing(head.fields(), head.minor());
        List<Field> trailers = List.of();
        String body = "";
        if (framing == Answer.Framing.LENGTH) {
            long length = Long.parseLong(head.values("content-length").getFirst());
            body = Bytes.text(source.upTo(length));
            if (body.length() < length) throw new EOFException("the connection ended within a body");
        } else if (framing == Answer.Framing.CHUNKED) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            trailers = chunks(source, out);
            body = Bytes.text(out.toByteArray());
        }
        return new Request(head, body, trailers, source.receivedFrom(from));
    }

    /**
     * The next answer, interim or final.
     *
     * @param method of the request it answers: the answer to HEAD has no body
     * @return null where the connection ends between answers
     */
    public static @Nullable Answer answer(Source source, String method) throws IOException {
        if (!source.more()) return null;
        String line = source.line();
        Matcher matcher = STATUS_LINE.matcher(line);
        if (!matcher.matches()) throw new Violation("not a status line", line);
        int minor = Integer.parseInt(matcher.group(1));
        int status = Integer.parseInt(matcher.group(2));
        List<Field> fields = fields(source);
        Answer.Framing framing = framing(fields, minor);
        boolean bare = status < 200 || status == 204;
        if (bare && framing != Answer.Framing.NONE) {
            throw new Violation(
                    "a " + status + " with a framing field (RFC 9112 §6.1, RFC 9110 §8.6)", fields.toString());
        }
        if (bare || status == 304 || method.equals("HEAD")) framing = Answer.Framing.NONE;
        else if (framing == Answer.Framing.NONE) framing = Answer.Framing.CLOSE;
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        List<Field> trailers = List.of();
        boolean complete = true;
        try {
            switch (framing) {
                case NONE -> {}
                case LENGTH -> {
                    long length = Long.parseLong(
                            Field.values(fields, "content-length").getFirst());
                    body.write(source.upTo(length));
                    complete = body.size() == length;
                }
                case CHUNKED -> trailers = chunks(source, body);
                case CLOSE -> {
                    body.write(source.rest());
                    complete = source.end() == End.FIN;
                }
            }
        } catch (EOFException e) {
            complete = false;
        }
        return new Answer(
                status,
                matcher.group(3),
                minor,
                fields,
                framing,
                Bytes.text(body.toByteArray()),
                trailers,
                complete,
                List.of());
    }

    private static Answer.Framing framing(List<Field> fields, int minor) throws Violation {
        List<String> codings = Field.values(fields, "transfer-encoding");
        List<String> lengths = Field.values(fields, "content-length");
        if (!codings.isEmpty() && !lengths.isEmpty()) {
            throw new Violation("Content-Length and Transfer-Encoding (RFC 9112 §6.2)", fields.toString());
        }
        if (!codings.isEmpty()) {
            if (codings.size() > 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
                throw new Violation("Transfer-Encoding other than chunked", codings.toString());
            }
            if (minor == 0) throw new Violation("Transfer-Encoding in HTTP/1.0 (RFC 9112 §6.1)", codings.toString());
            return Answer.Framing.CHUNKED;
        }
        if (lengths.isEmpty()) return Answer.Framing.NONE;
        if (lengths.size() > 1 || !LENGTH.matcher(lengths.getFirst()).matches()) {
            throw new Violation("Content-Length is not one number", lengths.toString());
        }
        return Answer.Framing.LENGTH;
    }

    private static List<Field> chunks(Source source, ByteArrayOutputStream body) throws IOException {
        while (true) {
            String line = source.line();
            Matcher matcher = CHUNK.matcher(line);
            if (!matcher.matches()) throw new Violation("not a chunk header", line);
            long size = Long.parseUnsignedLong(matcher.group(1), 16);
            if (size == 0) break;
            if (size < 0) throw new Violation("a chunk that is too large", line);
            byte[] part = source.upTo(size);
            body.write(part);
            if (part.length < size) throw new EOFException("the connection ended within a chunk");
            String close = source.line();
            if (!close.isEmpty()) throw new Violation("chunk data that is not closed by CRLF", close);
        }
        List<Field> trailers = fields(source);
        for (Field field : trailers) {
            if (NOT_IN_TRAILERS.contains(field.name().toLowerCase(Locale.ROOT))) {
                throw new Violation("a field that no trailer section may have (RFC 9110 §6.5.1)", field.toString());
            }
        }
        return trailers;
    }

    private static List<Field> fields(Source source) throws IOException {
        List<Field> fields = new ArrayList<>();
        while (true) {
            String line = source.line();
            if (line.isEmpty()) return List.copyOf(fields);
            Matcher matcher = FIELD.matcher(line);
            if (!matcher.matches()) throw new Violation("not a field line", line);
            if (CONTROL.matcher(matcher.group(2)).find()) throw new Violation("a control character in a value", line);
            fields.add(new Field(matcher.group(1), matcher.group(2)));
        }
    }
}
