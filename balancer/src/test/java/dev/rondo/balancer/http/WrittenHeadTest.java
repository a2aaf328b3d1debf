package dev.rondo.balancer.http;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The second lock: what a writer with a fault might hand over. */
class WrittenHeadTest {
    private static void check(String head, int fields) {
        ByteSink sink = new ByteSink(16).put("\0 what was written before\n");
        int from = sink.length();
        WrittenHead.check(sink.put(head), from, fields);
    }

    @Test
    void aHeadInOrderPasses() {
        assertThatCode(() -> check("GET / HTTP/1.1\r\n\r\n", 0)).doesNotThrowAnyException();
        assertThatCode(() -> check("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nX: \t\u00ff\r\n\r\n", 3))
                .doesNotThrowAnyException();
        assertThatCode(() -> check("HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\nX-Content-Length: 1\r\n\r\n", 2))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nA: b\rX: y\r\n\r\n",
                "GET / HTTP/1.1\r\nA: b\nX: y\r\n\r\n",
                "GET / HTTP/1.1\r\nA: b\n\r\n",
                "GET / HTTP/1.1\r\nA: b\r\r\n\r\n",
                "GET / HTTP/1.1\r\nA: b\r\nX: y\r\n\r\n",
                "GET / HTTP/1.1\r\nA: b\r\n\r\nGET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nA: \0\r\n\r\n",
                "GET / HTTP/1.1\r\nA: b\r\n",
                "GET / HTTP/1.1\r\nA: b",
                "GET / HTTP/1.1\r\n\r\n",
                "\r\nGET / HTTP/1.1\r\n\r\n",
                "\nGET / HTTP/1.1\r\nA: b\r\n\r\n",
                "\r\n\r\n",
                ""
            })
    void aHeadThatIsNotOneLineAndOneFieldIsRefused(String head) {
        assertThatThrownBy(() -> check(head, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("refused to send a head");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                "content-length: 5\r\nCONTENT-LENGTH: 5\r\n",
                "Transfer-encoding: chunked\r\ntransfer-Encoding:chunked\r\n"
            })
    void twoFramingsAreRefused(String lines) {
        assertThatThrownBy(() -> check("POST / HTTP/1.1\r\n" + lines + "\r\n", 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("framing");
    }
}
