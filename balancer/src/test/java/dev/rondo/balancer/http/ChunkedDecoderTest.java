package dev.rondo.balancer.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.HeadersConfig;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class ChunkedDecoderTest {
    private static Trial.Outcome decoded(String text) {
        return Trial.chunked(Octets.ascii(text), 64, text.length() / 2);
    }

    @Test
    void takesTheCodingOff() {
        assertThat(decoded("5\r\nhello\r\n00B;x=\"a;\\\"b\"\r\n, world\r\n\r\n\r\n0\r\nA: b\r\n\r\nGET"))
                .isEqualTo(new Trial.Whole("hello, world\r\n\r\n", "0\r\nA: b\r\n\r\n", 49));
        assertThat(decoded("0\r\n\r\n")).isEqualTo(new Trial.Whole("", "0\r\n\r\n", 5));
        assertThat(decoded("0\r\n\r")).isEqualTo(new Trial.Unfinished(""));
        assertThat(decoded("5\r\nhel")).isEqualTo(new Trial.Unfinished("hel"));
        assertThat(decoded("7fffffffffffffff\r\nx")).isEqualTo(new Trial.Unfinished("x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\nhello\r\n0\r\n\r\n",
                "5\r\nhello\n0\r\n\r\n",
                "5\r\nhelloX\r\n",
                "5 \r\nhello\r\n",
                " 5\r\nhello\r\n",
                "\r\n",
                ";a\r\n",
                "-5\r\n",
                "+5\r\n",
                "0x5\r\n",
                "5_0\r\n",
                "5g\r\n",
                "8000000000000000\r\n",
                "fffffffffffffffff\r\n",
                "5;\r\n",
                "5;a=\r\n",
                "5;a=\"b\r\n",
                "5;a=\"b\\\"\r\n",
                "5;a=\"\u0001\"\r\n",
                "5;a b\r\n",
                "5;a\rb\r\n",
                "0\r\n\n",
                "0\r\nA: b\n\r\n",
                "0\r\nA : b\r\n\r\n",
                "0\r\n A: b\r\n\r\n",
                "0\r\nA\n\r\n",
                "0\r\n:\n\r\n",
                "0\r\nA: \0\r\n\r\n"
            })
    void whatBreaksTheCodingIsRefused(String text) {
        assertThat(decoded(text)).isInstanceOfSatisfying(Trial.Refused.class, r -> assertThat(r.fault())
                .isEqualTo(BadMessage.Fault.MALFORMED));
    }

    @Test
    void linesHaveLimits() {
        assertThat(decoded("0;" + "a".repeat(1020) + "\r\n\r\n")).isInstanceOf(Trial.Whole.class);
        assertThat(decoded("0;" + "a".repeat(1021) + "\r\n\r\n"))
                .isEqualTo(new Trial.Refused(BadMessage.Fault.MALFORMED, ""));
        assertThat(decoded("0\r\nA: " + "b".repeat(57) + "\r\n\r\n")).isInstanceOf(Trial.Whole.class);
        assertThat(decoded("0\r\nA: " + "b".repeat(58) + "\r\n\r\n"))
                .isEqualTo(new Trial.Refused(BadMessage.Fault.HEAD_TOO_LARGE, ""));
    }

    @Test
    void trailersThatFrameRouteOrAuthenticateAreDropped() throws BadMessage {
        ChunkedDecoder decoder = new ChunkedDecoder(400);
        ByteBuffer in = ByteBuffer.wrap(Octets.ascii("0\r\nX-Sum: 1 \r\nContent-Length: 5\r\nHost: x\r\nX-Gone: 1\r\n"
                + "Transfer-Encoding: chunked\r\nAuthorization: x\r\nSet-Cookie: x\r\nX_Y: z\r\nx-sum:2\r\n\r\n"));
        assertThat(decoder.next(in)).isZero();
        assertThat(decoder.isDone()).isTrue();
        HeadersConfig.Rules rules =
                new HeadersConfig.Rules(new LinkedHashMap<>(), new LinkedHashMap<>(), List.of("X-GONE"));
        ByteSink out = new ByteSink(8);
        decoder.writeEndTo(out, new HeaderRules(rules));
        assertThat(out).hasToString("0\r\nX-Sum: 1\r\nx-sum:2\r\n\r\n");
    }

    @Test
    void isReused() throws BadMessage {
        ChunkedDecoder decoder = new ChunkedDecoder(64);
        assertThat(decoder.next(ByteBuffer.wrap(Octets.ascii("0\r\nA: b\r\n\r\n"))))
                .isZero();
        decoder.clear();
        assertThat(decoder.isDone()).isFalse();
        assertThat(decoder.next(ByteBuffer.wrap(Octets.ascii("0\r\n\r\n")))).isZero();
        ByteSink out = new ByteSink(8);
        decoder.writeEndTo(out, HeaderRules.NONE);
        assertThat(out).hasToString("0\r\n\r\n");
    }
}
