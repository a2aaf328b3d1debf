package dev.rondo.balancer.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.http.MessageArbitraries.Chunked;
import dev.rondo.balancer.http.MessageArbitraries.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds for every message, wherever the network cuts it. */
class MessagePropertiesTest {
    private static final Limits LIMITS = Limits.DEFAULT;
    private static final Set<String> ADDED = Set.of(
            "transfer-encoding",
            "connection",
            "te",
            "x-forwarded-for",
            "x-forwarded-proto",
            "x-forwarded-host",
            "forwarded",
            "via",
            "x-request-id");

    @Provide
    Arbitrary<Message> requests() {
        return MessageArbitraries.requests();
    }

    @Provide
    Arbitrary<Message> responses() {
        return MessageArbitraries.responses();
    }

    @Provide
    Arbitrary<Chunked> bodies() {
        return MessageArbitraries.chunked();
    }

    /** Bytes that often mean something. */
    @Provide
    Arbitrary<byte[]> noise() {
        Arbitrary<String> piece = Arbitraries.oneOf(
                Arbitraries.of("GET / HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n", "Host: a\r\n", "\r\n", "\r", "\n", ": "),
                Arbitraries.of("Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n", "0\r\n"),
                Arbitraries.of("Connection: ", "Upgrade: x\r\n", ",", "\"", ";a=", "http://", "[", "TE: trailers\r\n"),
                Arbitraries.strings().withCharRange('\u0000', '\u00ff').ofMaxLength(6));
        return piece.list().ofMaxSize(14).map(list -> Octets.ascii(String.join("", list)));
    }

    private static Trial.Whole whole(Trial.Outcome outcome) {
        assertThat(outcome).isInstanceOf(Trial.Whole.class);
        return (Trial.Whole) outcome;
    }

    private static List<String> lines(String head) {
        return List.of(head.substring(0, head.length() - 4).split("\r\n", -1));
    }

    private static byte[] followed(byte[] message, String surplus) {
        byte[] all = Arrays.copyOf(message, message.length + surplus.length());
        System.arraycopy(Octets.ascii(surplus), 0, all, message.length, surplus.length());
        return all;
    }

    @Property
    void aBackendGetsTheRequestThatWasSent(@ForAll("requests") Message message, @ForAll @IntRange(max = 999) int cut) {
        byte[] bytes = message.bytes();
        Trial.Whole whole = whole(Trial.request(bytes, LIMITS, cut % bytes.length));
        assertThat(whole.taken()).isEqualTo(bytes.length);
        List<String> written = lines(whole.written());
        assertThat(written.getFirst()).isEqualTo(message.start());
        List<String> expected = message.forwarded();
        assertThat(written.subList(1, expected.size() + 1)).isEqualTo(expected);
        for (String line : written.subList(expected.size() + 1, written.size())) {
            assertThat(ADDED).contains(line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT));
        }
    }

    @Property
    void aClientGetsTheAnswerThatWasSent(@ForAll("responses") Message message, @ForAll @IntRange(max = 999) int cut) {
        byte[] bytes = message.bytes();
        Trial.Whole whole = whole(Trial.response(bytes, LIMITS, cut % bytes.length));
        assertThat(whole.taken()).isEqualTo(bytes.length);
        List<String> written = lines(whole.written());
        assertThat(written.getFirst()).isEqualTo(message.start());
        List<String> expected = new ArrayList<>(message.endToEnd());
        if (message.start().startsWith("HTTP/1.1 204 ")) {
            expected.removeIf(line -> line.startsWith("Content-Length:"));
        }
        assertThat(written.subList(1, expected.size() + 1)).isEqualTo(expected);
        for (String line : written.subList(expected.size() + 1, written.size())) {
            assertThat(line)
                    .matches(l -> l.equals("Transfer-Encoding: chunked")
                            || l.equals("Connection: close")
                            || l.startsWith("Date: "));
        }
    }

    @Property
    void nothingBehindAHeadIsTaken(@ForAll("requests") Message message, @ForAll("noise") byte[] noise) {
        byte[] head = message.bytes();
        byte[] bytes = followed(head, new String(noise, java.nio.charset.StandardCharsets.ISO_8859_1));
        Trial.Whole alone = whole(Trial.request(head, LIMITS, 1));
        assertThat(Trial.request(bytes, LIMITS, head.length)).isEqualTo(alone);
    }

    @Property
    void aChunkedBodyIsWhatWasSent(@ForAll("bodies") Chunked body, @ForAll @IntRange(max = 9999) int cut) {
        byte[] bytes = followed(Octets.ascii(body.text()), "GET / HTTP/1.1\r\n");
        Trial.Whole whole = whole(Trial.chunked(bytes, 4096, cut % bytes.length));
        assertThat(whole.says()).isEqualTo(body.data());
        assertThat(whole.taken()).isEqualTo(body.text().length());
        List<String> expected = new ArrayList<>(List.of("0"));
        expected.addAll(body.trailers());
        assertThat(lines(whole.written())).isEqualTo(expected);
    }

    @Property
    void aChunkedBodyThatIsCutShortIsUnfinished(@ForAll("bodies") Chunked body, @ForAll @IntRange(max = 9999) int cut) {
        String part = body.text().substring(0, cut % body.text().length());
        assertThat(Trial.chunked(Octets.ascii(part), 4096, 0)).isInstanceOf(Trial.Unfinished.class);
    }

    @Property
    void aHeadThatIsCutShortIsUnfinished(@ForAll("requests") Message message, @ForAll @IntRange(max = 9999) int cut) {
        String part = message.text().substring(0, cut % message.text().length());
        assertThat(Trial.request(Octets.ascii(part), LIMITS, 0)).isEqualTo(new Trial.Unfinished(""));
    }

    @Property(tries = 4000)
    void noiseIsAMessageOrRefused(@ForAll("noise") byte[] noise, @ForAll @IntRange(max = 999) int cut) {
        Limits small = new Limits(60, 3, 20);
        for (Limits limits : List.of(LIMITS, small)) {
            assertThat(Trial.request(noise, limits, cut % (noise.length + 1))).isNotNull();
            assertThat(Trial.response(noise, limits, cut % (noise.length + 1))).isNotNull();
        }
        assertThat(Trial.chunked(noise, 30, cut % (noise.length + 1))).isNotNull();
    }
}
