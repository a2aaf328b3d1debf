package dev.rondo.balancer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class RequestHeadTest {
    private static RequestHead parsed(String text) throws BadMessage {
        return parsed(text, Limits.DEFAULT);
    }

    private static RequestHead parsed(String text, Limits limits) throws BadMessage {
        RequestHead head = new RequestHead(limits);
        ByteBuffer in = ByteBuffer.wrap(Octets.ascii(text));
        assertThat(head.feed(in)).isTrue();
        assertThat(in.hasRemaining()).isFalse();
        head.parse();
        return head;
    }

    private static RequestHead get(String... lines) throws BadMessage {
        return parsed("GET / HTTP/1.1\r\nHost: a\r\n" + String.join("\r\n", lines) + (lines.length > 0 ? "\r\n" : "")
                + "\r\n");
    }

    private static String written(RequestHead head) {
        ByteSink out = new ByteSink(16);
        head.writeTo(out, Trial.DIRECT, HeaderRules.NONE, Trial.AUTHORITY, Trial.REQUEST_ID);
        return out.toString();
    }

    private static List<String> lines(RequestHead head) {
        return written(head).lines().toList();
    }

    private static BadMessage.Fault fault(String text) {
        return fault(text, Limits.DEFAULT);
    }

    private static BadMessage.Fault fault(String text, Limits limits) {
        return assertThatThrownBy(() -> parsed(text, limits))
                .asInstanceOf(InstanceOfAssertFactories.type(BadMessage.class))
                .actual()
                .fault();
    }

    @Test
    void connectionOptionsAreFew() throws BadMessage {
        assertThat(get("Connection: " + "a,".repeat(63) + "a").isPersistent()).isTrue();
        assertThat(fault("GET / HTTP/1.1\r\nHost: a\r\nConnection: " + "a,".repeat(64) + "a\r\n\r\n"))
                .isEqualTo(BadMessage.Fault.MALFORMED);
    }

    @Test
    void saysWhatWasSent() throws BadMessage {
        RequestHead head = parsed("PATCH /a/b;c?d=/e HTTP/1.1\r\nHost: a.test:81\r\nContent-Length: 12\r\n\r\n");
        assertThat(head.knownMethod()).isEqualTo(Method.PATCH);
        assertThat(head.methodText()).isEqualTo("PATCH");
        assertThat(head.targetText()).isEqualTo("/a/b;c?d=/e");
        assertThat(head.path()).isEqualTo("/a/b;c");
        assertThat(head.authority()).isEqualTo("a.test:81");
        assertThat(head.bodyKind()).isEqualTo(BodyKind.LENGTH);
        assertThat(head.contentLength()).isEqualTo(12);
        assertThat(head.isPersistent()).isTrue();
        assertThat(head.isHttp10()).isFalse();
        assertThat(head.value(FieldName.HOST)).isEqualTo("a.test:81");
        assertThat(head.value(FieldName.COOKIE)).isNull();
    }

    @Test
    void isReusedWithoutATraceOfWhatWasThere() throws BadMessage {
        RequestHead head = parsed("PUT http://b/c HTTP/1.0\r\nHost: a\r\nContent-Length: 9\r\nTE: trailers\r\n"
                + "Connection: close, x\r\nMax-Forwards: 3\r\nX: y\r\n\r\n");
        head.clear();
        assertThat(head.isBegun()).isFalse();
        assertThat(head.feed(ByteBuffer.wrap(Octets.ascii("GET / HTTP/1.1\r\nHost: z\r\n\r\n"))))
                .isTrue();
        head.parse();
        assertThat(written(head)).isEqualTo(written(parsed("GET / HTTP/1.1\r\nHost: z\r\n\r\n")));
        assertThat(head.contentLength()).isEqualTo(-1);
        assertThat(head.isPersistent()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "http://a.test, a.test, /, /",
        "HTTP://a.test:8080/x?y, a.test:8080, /x, /x?y",
        "https://[::1]:5?q, [::1]:5, /, /?q",
        "http://a//b, a, //b, //b"
    })
    void anAbsoluteTargetReplacesHost(String target, String authority, String path, String sent) throws BadMessage {
        RequestHead head = parsed("GET " + target + " HTTP/1.1\r\nHost: other\r\nX: y\r\n\r\n");
        assertThat(head.authority()).isEqualTo(authority);
        assertThat(head.path()).isEqualTo(path);
        assertThat(lines(head)).startsWith("GET " + sent + " HTTP/1.1", "Host: " + authority, "X: y");
    }

    @Test
    void optionsOfEverything() throws BadMessage {
        assertThat(lines(parsed("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"))).startsWith("OPTIONS * HTTP/1.1");
        assertThat(lines(parsed("OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n")))
                .startsWith("OPTIONS * HTTP/1.1");
        assertThat(fault("GET * HTTP/1.1\r\nHost: a\r\n\r\n")).isEqualTo(BadMessage.Fault.MALFORMED);
    }

    @Test
    void http10IsRaisedAndMayLackAHost() throws BadMessage {
        RequestHead head = parsed("GET /x HTTP/1.0\r\nExpect: 100-continue\r\nConnection: keep-alive\r\n\r\n");
        assertThat(head.isHttp10()).isTrue();
        assertThat(head.isPersistent()).isTrue();
        assertThat(head.isExpectContinue()).isFalse();
        assertThat(head.authority()).isNull();
        assertThat(lines(head))
                .startsWith("GET /x HTTP/1.1", "Host: backend:5000", "X-Forwarded-For: 192.0.2.7")
                .contains("Via: 1.0 rondo")
                .noneMatch(line -> line.startsWith("Expect") || line.startsWith("X-Forwarded-Host"));
    }

    @Test
    void hopByHopFieldsGoNoFurther() throws BadMessage {
        RequestHead head = get(
                "Keep-Alive: timeout=5",
                "x-NAMED: 1",
                "Connection: X-Named, keep-alive",
                "Proxy: http://evil",
                "Proxy-Connection: close",
                "X_Forwarded_For: 1",
                "Kept: 1");
        assertThat(written(head))
                .startsWith("GET / HTTP/1.1\r\nHost: a\r\nKept: 1\r\nX-Forwarded-For: ")
                .doesNotContain("Keep-Alive", "NAMED", "Proxy", "_");
    }

    @Test
    void teIsPassedOnForTrailersOnly() throws BadMessage {
        assertThat(lines(get("TE: gzip, trailers;q=0.5"))).contains("Connection: TE", "TE: trailers");
        assertThat(written(get("TE: gzip"))).doesNotContain("TE:");
    }

    @Test
    void anUpgradeIsPassedOnWithoutABody() throws BadMessage {
        RequestHead head = get("Connection: Upgrade", "Upgrade: websocket");
        assertThat(head.isUpgrade()).isTrue();
        assertThat(lines(head)).contains("Connection: Upgrade", "Upgrade: websocket");
        assertThat(get("Upgrade: websocket").isUpgrade()).isFalse();
        assertThat(get("Connection: upgrade", "Upgrade: foo, h2c").isUpgrade()).isFalse();
        assertThat(get("Connection: upgrade", "Upgrade: w", "Content-Length: 1").isUpgrade())
                .isFalse();
    }

    @Test
    void maxForwardsIsCountedDown() throws BadMessage {
        RequestHead head = parsed("TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 10\r\n\r\n");
        assertThat(head.maxForwards()).isEqualTo(10);
        assertThat(lines(head)).contains("Max-Forwards: 9").doesNotContain("Max-Forwards: 10");
        assertThat(lines(get("Max-Forwards: 10"))).contains("Max-Forwards: 10");
    }

    @ParameterizedTest
    @CsvSource({"0007, 7", "00, 0", "0, 0"})
    void aLengthIsWrittenWithoutLeadingZeros(String sent, String meant) throws BadMessage {
        assertThat(lines(get("Content-Length: " + sent)))
                .filteredOn(line -> line.startsWith("Content-Length"))
                .containsExactly("Content-Length: " + meant);
    }

    @Test
    void writingTwiceGivesTheSame() throws BadMessage {
        RequestHead head = parsed("POST http://b/ HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9\r\nContent-Length: 01\r\n"
                + "TE: trailers\r\nForwarded: for=x\r\n\r\n");
        assertThat(written(head)).isEqualTo(written(head));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n\n",
                "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX\u00e9: y\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n: y\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: []\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: :80\r\n\r\n",
                "GET / HTTP/1.1\r\nHost:\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
                "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / http/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1x\r\nHost: a\r\n\r\n",
                "GET /\r\n\r\n",
                "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nContent_Length: 5\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nTransfer_Encoding: chunked\r\n\r\n",
                "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
            })
    void whatBreaksTheGrammarIsRefused(String text) {
        assertThat(fault(text)).isEqualTo(BadMessage.Fault.MALFORMED);
    }

    @Test
    void otherFaultsAreTold() {
        assertThat(fault("GET / HTTP/2.0\r\nHost: a\r\n\r\n")).isEqualTo(BadMessage.Fault.UNSUPPORTED_VERSION);
        assertThat(fault("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n")).isEqualTo(BadMessage.Fault.UNSUPPORTED_METHOD);
        assertThat(fault("M".repeat(65) + " / HTTP/1.1\r\nHost: a\r\n\r\n"))
                .isEqualTo(BadMessage.Fault.UNSUPPORTED_METHOD);
        assertThat(fault("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"))
                .isEqualTo(BadMessage.Fault.UNSUPPORTED_CODING);
        assertThat(fault("GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n"))
                .isEqualTo(BadMessage.Fault.UNKNOWN_EXPECTATION);
    }

    @Test
    void limitsAreExact() throws BadMessage {
        String text = "GET /12345 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
        Limits exact = new Limits(text.length(), 2, 6);
        assertThat(parsed(text, exact).count()).isEqualTo(2);
        assertThat(fault(text, new Limits(text.length() - 1, 2, 6))).isEqualTo(BadMessage.Fault.HEAD_TOO_LARGE);
        assertThat(fault(text, new Limits(text.length(), 1, 6))).isEqualTo(BadMessage.Fault.HEAD_TOO_LARGE);
        assertThat(fault(text, new Limits(text.length(), 2, 5))).isEqualTo(BadMessage.Fault.TARGET_TOO_LONG);
        assertThat(fault(text, new Limits(10, 2, 6))).isEqualTo(BadMessage.Fault.TARGET_TOO_LONG);
    }

    @Test
    void aFewEmptyLinesBeforeTheRequestAreIgnored() throws BadMessage {
        assertThat(parsed("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").length()).isEqualTo(27);
        assertThat(fault("\r\n".repeat(9) + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
                .isEqualTo(BadMessage.Fault.MALFORMED);
    }

    @Test
    void theIdOfTheRequestIsKeptOrGiven() throws BadMessage {
        assertThat(lines(get("X-Request-Id: mine")))
                .contains("X-Request-Id: mine")
                .doesNotContain("X-Request-Id: 0123456789abcdef");
        assertThat(lines(get())).contains("X-Request-Id: 0123456789abcdef");
        assertThat(lines(get("X-Request-Id:")))
                .contains("X-Request-Id: 0123456789abcdef")
                .doesNotContain("X-Request-Id:");
    }
}
