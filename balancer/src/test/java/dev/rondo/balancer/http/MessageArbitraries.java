package dev.rondo.balancer.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.arbitraries.StringArbitrary;

/** Messages that keep every rule, with what must arrive of them worked out apart from the code under test. */
final class MessageArbitraries {
    private static final String TCHAR = "!#$%&'*+-.^`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy",
            "te",
            "upgrade",
            "http2-settings",
            "transfer-encoding");
    /** What Rondo says itself of a client it does not trust. */
    private static final Set<String> REPLACED =
            Set.of("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded");

    /** What a peer cannot have dropped by naming it in Connection. */
    private static final Set<String> KEPT = Set.of("host", "content-length");

    /** A field line, with the white space around its value. */
    record Line(String name, String before, String value, String after) {
        Line(String name, String value) {
            this(name, " ", value, "");
        }

        String text() {
            return name + ":" + before + value + after;
        }

        String lower() {
            return name.toLowerCase(Locale.ROOT);
        }
    }

    /** A head: its first line and its fields in order. */
    record Message(String start, List<Line> lines) {
        String text() {
            return start + "\r\n" + lines.stream().map(l -> l.text() + "\r\n").collect(Collectors.joining()) + "\r\n";
        }

        byte[] bytes() {
            return Octets.ascii(text());
        }

        String method() {
            return start.split(" ", 3)[0];
        }

        String target() {
            return start.split(" ", 3)[1];
        }

        /** The lines that go further than one connection, as they came and in their order. */
        List<String> endToEnd() {
            Set<String> nominated = lines.stream()
                    .filter(line -> line.lower().equals("connection"))
                    .flatMap(line ->
                            Stream.of(line.value().toLowerCase(Locale.ROOT).split(",")))
                    .map(String::strip)
                    .filter(name -> !KEPT.contains(name))
                    .collect(Collectors.toSet());
            return lines.stream()
                    .filter(l -> !HOP_BY_HOP.contains(l.lower()) && !nominated.contains(l.lower()))
                    .filter(l -> l.name().indexOf('_') < 0)
                    .map(Line::text)
                    .toList();
        }

        /** {@link #endToEnd} of a request of an untrusted client. */
        List<String> forwarded() {
            return endToEnd().stream()
                    .filter(text -> !REPLACED.contains(
                            text.substring(0, text.indexOf(':')).toLowerCase(Locale.ROOT)))
                    .toList();
        }
    }

    private MessageArbitraries() {}

    static StringArbitrary token() {
        return Arbitraries.strings().withChars(TCHAR).ofMinLength(1).ofMaxLength(12);
    }

    private static Arbitrary<String> value() {
        Arbitrary<String> octets = Arbitraries.strings()
                .withCharRange('!', '~')
                .withCharRange('\u0080', '\u00ff')
                .withChars(" \t")
                .ofMaxLength(24)
                .map(MessageArbitraries::trimmed);
        return Arbitraries.oneOf(octets, Arbitraries.of("", "close", "a, b", "chunked", "5", "\"q\\\"\""));
    }

    /** {@link String#strip} would take more than the white space of HTTP. */
    private static String trimmed(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && (text.charAt(from) == ' ' || text.charAt(from) == '\t')) from++;
        while (to > from && (text.charAt(to - 1) == ' ' || text.charAt(to - 1) == '\t')) to--;
        return text.substring(from, to);
    }

    private static Arbitrary<Line> line() {
        Arbitrary<String> name = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(4, token().filter(t -> !SPECIAL.contains(t.toLowerCase(Locale.ROOT)))),
                net.jqwik.api.Tuple.of(
                        2,
                        Arbitraries.of(
                                "Accept",
                                "cookie",
                                "User-Agent",
                                "VIA",
                                "X-Request-Id",
                                "Date",
                                "X_Y",
                                "AUTHORIZATION")),
                net.jqwik.api.Tuple.of(
                        1,
                        Arbitraries.of(
                                "Keep-Alive",
                                "Proxy-Connection",
                                "Proxy",
                                "X-Forwarded-For",
                                "Forwarded",
                                "HTTP2-Settings")));
        Arbitrary<String> space = Arbitraries.of("", " ", "\t", "  \t ");
        return Combinators.combine(name, space, value(), space).as(Line::new);
    }

    /** What is generated apart, since a second one or a random value would break a rule. */
    private static final Set<String> SPECIAL = Set.of(
            "host", "content-length", "transfer-encoding", "connection", "expect", "te", "upgrade", "max-forwards");

    private static Arbitrary<List<Line>> framing() {
        return Arbitraries.oneOf(
                Arbitraries.of(List.of(), List.of(new Line("transfer-ENCODING", "chunked"))),
                Arbitraries.longs().greaterOrEqual(0).map(n -> List.of(new Line("Content-Length", Long.toString(n)))));
    }

    private static Arbitrary<List<Line>> connection(List<Line> others) {
        List<String> names = new ArrayList<>(List.of("close", "Keep-Alive", "TE", "X-None"));
        others.forEach(line -> names.add(line.name()));
        return Arbitraries.of(names)
                .list()
                .ofMaxSize(3)
                .map(list -> list.isEmpty() ? List.of() : List.of(new Line("Connection", String.join(" ,", list))));
    }

    private static Arbitrary<List<Line>> lines(List<Line> always) {
        return Combinators.combine(line().list().ofMaxSize(8), framing())
                .as((some, framing) ->
                        Stream.of(some, framing, always).flatMap(List::stream).toList())
                .flatMap(all -> connection(all)
                        .map(c -> Stream.concat(all.stream(), c.stream()).toList()))
                .flatMap(all -> Arbitraries.shuffle(all));
    }

    static Arbitrary<String> target() {
        Arbitrary<String> path = Arbitraries.strings()
                .withCharRange('!', '~')
                .excludeChars('#')
                .ofMaxLength(30)
                .map(text -> "/" + text);
        return Arbitraries.oneOf(path, Arbitraries.of("/", "//", "/a/../b;c?d=e//", "/%00%0d%0a", "/\"<>\\^`{|}"));
    }

    /** Requests of HTTP/1.1 in origin-form. */
    static Arbitrary<Message> requests() {
        Arbitrary<String> method = Arbitraries.oneOf(
                        Arbitraries.of("GET", "HEAD", "POST", "PUT", "DELETE", "get"), token())
                .filter(m -> !m.equals("CONNECT"));
        Arbitrary<Line> host = Arbitraries.of("a", "a.test:8080", "[::1]:5", "A_b-c.d", "192.0.2.1")
                .map(h -> new Line("hOst", h));
        return Combinators.combine(method, target(), host.flatMap(h -> lines(List.of(h))))
                .as((m, t, lines) -> new Message(m + " " + t + " HTTP/1.1", lines));
    }

    /** Final answers of HTTP/1.1. */
    static Arbitrary<Message> responses() {
        Arbitrary<String> reason = value().map(MessageArbitraries::trimmed);
        Arbitrary<Integer> status = Arbitraries.integers().between(200, 599);
        return Combinators.combine(status, reason, lines(List.of()))
                .as((s, r, lines) -> new Message("HTTP/1.1 " + s + " " + r, lines));
    }

    /**
     * A body in the chunked coding.
     *
     * @param text with framing
     * @param data without
     * @param trailers the lines that may be passed on
     */
    record Chunked(String text, String data, List<String> trailers) {}

    private record Chunk(String size, String extension, String data) {}

    /** Bodies in the chunked coding, with extensions and trailers. */
    static Arbitrary<Chunked> chunked() {
        Arbitrary<String> data = Arbitraries.strings()
                .withCharRange('\u0000', '\u00ff')
                .ofMinLength(1)
                .ofMaxLength(40);
        Arbitrary<String> extension = Arbitraries.of("", "", ";a", " ; a = b", ";q=\"x;\\\"y\"", ";a;b=\"\"\t;c=d");
        Arbitrary<Chunk> chunk = Combinators.combine(
                        data, extension, Arbitraries.of("", "0", "0000"), Arbitraries.of(true, false))
                .as((d, e, zeros, upper) -> {
                    String size = zeros + Integer.toHexString(d.length());
                    return new Chunk(upper ? size.toUpperCase(Locale.ROOT) : size, e, d);
                });
        return Combinators.combine(chunk.list().ofMaxSize(5), line().list().ofMaxSize(3), extension)
                .as((chunks, trailers, lastExtension) -> {
                    StringBuilder text = new StringBuilder();
                    StringBuilder whole = new StringBuilder();
                    for (Chunk c : chunks) {
                        text.append(c.size())
                                .append(c.extension())
                                .append("\r\n")
                                .append(c.data())
                                .append("\r\n");
                        whole.append(c.data());
                    }
                    text.append("0").append(lastExtension).append("\r\n");
                    trailers.forEach(line -> text.append(line.text()).append("\r\n"));
                    return new Chunked(text + "\r\n", whole.toString(), passable(trailers));
                });
    }

    /** Rondo passes on only what it does not know to mean something else (RFC 9110 §6.5.1). */
    private static List<String> passable(List<Line> trailers) {
        return trailers.stream()
                .filter(line -> line.name().indexOf('_') < 0)
                .filter(line ->
                        FieldName.of(Octets.ascii(line.name()), 0, line.name().length()) == FieldName.OTHER)
                .map(line -> line.value().isEmpty()
                        ? line.text()
                        : line.text()
                                .substring(
                                        0, line.text().length() - line.after().length()))
                .toList();
    }
}
