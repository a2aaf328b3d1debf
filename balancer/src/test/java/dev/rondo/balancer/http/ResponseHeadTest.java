package dev.rondo.balancer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.balancer.config.HeadersConfig;
import dev.rondo.balancer.http.ResponseHead.Persistence;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class ResponseHeadTest {
    private static final byte[] DATE = Octets.ascii("Mon, 23 Nov 2026 03:00:00 GMT");

    private static ResponseHead parsed(String text) throws BadMessage {
        ResponseHead head = new ResponseHead(Limits.DEFAULT);
        assertThat(head.feed(ByteBuffer.wrap(Octets.ascii(text)))).isTrue();
        head.parse();
        return head;
    }

    private static String written(ResponseHead head, boolean chunked, boolean length, Persistence persistence) {
        ByteSink out = new ByteSink(16);
        head.writeTo(out, chunked, length, persistence, DATE, HeaderRules.NONE);
        return out.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 200 OK, , UNTIL_CLOSE",
        "HTTP/1.1 200, Content-Length: 5, LENGTH",
        "HTTP/1.1 200 , Content-Length: 0, NONE",
        "HTTP/1.1 200 OK, Transfer-Encoding: chunked, CHUNKED",
        "HTTP/1.1 204 No Content, Content-Length: 5, NONE",
        "HTTP/1.1 304 Not Modified, Content-Length: 5, NONE",
        "HTTP/1.1 103 Early Hints, , NONE"
    })
    void theEndOfTheBodyIsTold(String start, @org.jspecify.annotations.Nullable String line, String kind)
            throws BadMessage {
        ResponseHead head = parsed(start + "\r\n" + (line == null ? "" : line + "\r\n") + "\r\n");
        assertThat(head.bodyKind(false)).hasToString(kind);
        assertThat(head.bodyKind(true)).isEqualTo(BodyKind.NONE);
    }

    @Test
    void theBodyBehindItIsNotTakenAlong() throws BadMessage {
        String text = "HTTP/1.1 200 OK\r\nX: " + "x".repeat(3_000) + "\r\n\r\n";
        ByteBuffer from = ByteBuffer.wrap(Octets.ascii(text + "b".repeat(100_000)));
        ResponseHead head = new ResponseHead(Limits.DEFAULT);
        assertThat(head.feed(from)).isTrue();
        assertThat(from.position()).isEqualTo(text.length());
        assertThat(head.capacity()).isLessThan(4 * text.length());
    }

    @Test
    void isWrittenAsItCame() throws BadMessage {
        ResponseHead head = parsed("HTTP/1.1 299 Fine \u00e9\r\nx-A:  b \r\nSet-Cookie: 1\r\nConnection: close, X-B\r\n"
                + "X-B: 2\r\nKeep-Alive: 5\r\nset-cookie:2\r\nContent-Length: 3\r\n\r\n");
        assertThat(head.isPersistent()).isFalse();
        assertThat(written(head, false, true, Persistence.IMPLIED))
                .isEqualTo("HTTP/1.1 299 Fine \u00e9\r\nx-A:  b \r\nSet-Cookie: 1\r\nset-cookie:2\r\n"
                        + "Content-Length: 3\r\nDate: Mon, 23 Nov 2026 03:00:00 GMT\r\n\r\n");
    }

    @Test
    void anOwnDateIsKept() throws BadMessage {
        assertThat(written(parsed("HTTP/1.0 200\r\ndate: then\r\n\r\n"), true, false, Persistence.CLOSE))
                .isEqualTo("HTTP/1.1 200\r\ndate: then\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
    }

    @Test
    void aDateThatARuleSetsIsThereOnce() throws BadMessage {
        SequencedMap<String, String> set = new LinkedHashMap<>(Map.of("date", "never"));
        HeaderRules rules = new HeaderRules(new HeadersConfig.Rules(set, new LinkedHashMap<>(), List.of()));
        ByteSink out = new ByteSink(16);
        parsed("HTTP/1.1 200 OK\r\n\r\n").writeTo(out, false, false, Persistence.IMPLIED, DATE, rules);
        assertThat(out).hasToString("HTTP/1.1 200 OK\r\ndate: never\r\n\r\n");
    }

    @Test
    void aLengthIsLeftOutWhereItMeansNothing() throws BadMessage {
        assertThat(written(
                        parsed("HTTP/1.1 204 X\r\nDate: d\r\nContent-Length: 3\r\n\r\n"),
                        false,
                        false,
                        Persistence.KEEP_ALIVE))
                .isEqualTo("HTTP/1.1 204 X\r\nDate: d\r\nConnection: keep-alive\r\n\r\n");
    }

    /** RFC 9110 §8.6 takes them for decimal, some clients for octal. */
    @ParameterizedTest
    @CsvSource({"010, 10, LENGTH", "0005, 5, LENGTH", "00, 0, NONE", "0, 0, NONE", "10, 10, LENGTH"})
    void aLengthIsWrittenWithoutLeadingZeros(String sent, String meant, BodyKind kind) throws BadMessage {
        ResponseHead head = parsed("HTTP/1.1 200 X\r\nContent-Length: " + sent + "\r\nDate: d\r\n\r\n");
        assertThat(head.bodyKind(false)).isEqualTo(kind);
        assertThat(head.contentLength()).isEqualTo(Long.parseLong(meant));
        assertThat(written(head, false, true, Persistence.IMPLIED).lines())
                .containsExactlyInAnyOrder("HTTP/1.1 200 X", "Content-Length: " + meant, "Date: d", "");
        assertThat(written(head, false, false, Persistence.IMPLIED)).isEqualTo("HTTP/1.1 200 X\r\nDate: d\r\n\r\n");
    }

    @Test
    void aSwitchOfProtocolsNamesTheProtocol() throws BadMessage {
        ResponseHead head = parsed("HTTP/1.1 101 Go\r\nDate: d\r\nUpgrade: w\r\nConnection: upgrade\r\n\r\n");
        assertThat(head.isInterim()).isFalse();
        assertThat(written(head, false, false, Persistence.IMPLIED))
                .isEqualTo("HTTP/1.1 101 Go\r\nDate: d\r\nConnection: Upgrade\r\nUpgrade: w\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({"100, true", "101, false", "103, true", "200, false"})
    void interimAnswersAreKnown(int status, boolean interim) throws BadMessage {
        assertThat(parsed("HTTP/1.1 " + status + " x\r\n\r\n").isInterim()).isEqualTo(interim);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 099 x\r\n\r\n",
                "HTTP/1.1 600 x\r\n\r\n",
                "HTTP/1.1 20 x\r\n\r\n",
                "HTTP/1.1 2000 x\r\n\r\n",
                "HTTP/1.1 2x0 x\r\n\r\n",
                "HTTP/1.1  200 x\r\n\r\n",
                "HTTP/1.1 200\tx\r\n\r\n",
                "HTTP/1.1 200 \u0001\r\n\r\n",
                "HTTP/1.1 200 a\rb\r\n\r\n",
                "HTTP/1.1\r\n\r\n",
                "HTTP/1 200 OK\r\n\r\n",
                "http/1.1 200 OK\r\n\r\n",
                "hello, world\r\n\r\n",
                "H\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\n folded: x\r\n\r\n"
            })
    void whatBreaksTheGrammarIsRefused(String text) {
        assertThatThrownBy(() -> parsed(text)).isInstanceOf(BadMessage.class);
    }

    /** RFC 9110 §10.2.3: seconds or a date; what is neither asks for nothing. */
    @ParameterizedTest
    @CsvSource({
        "30, 30",
        "0, 0",
        "'Mon, 23 Nov 2026 03:00:30 GMT', 30",
        "'Mon, 23 Nov 2026 02:59:30 GMT', 0",
        "99999999999999999999, 0",
        "30s, 0",
        "-30, 0",
        "soon, 0"
    })
    void retryAfterIsInSeconds(String value, long seconds) throws BadMessage {
        long now = java.time.Instant.parse("2026-11-23T03:00:00Z").toEpochMilli();
        ResponseHead head = parsed("HTTP/1.1 503 Busy\r\nRetry-After: " + value + "\r\nContent-Length: 0\r\n\r\n");
        assertThat(head.retryAfter(now)).isEqualTo(seconds);
    }

    @Test
    void withoutRetryAfterNothingIsAsked() throws BadMessage {
        assertThat(parsed("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n").retryAfter(0))
                .isZero();
    }
}
