package dev.rondo.balancer.prove;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerReaderTest {
    /** One byte a read, so that no boundary is where it happens to be convenient. */
    private static AnswerReader reader(String bytes) {
        InputStream all = new ByteArrayInputStream(bytes.getBytes(StandardCharsets.UTF_8));
        return new AnswerReader(new InputStream() {
            @Override
            public int read() throws IOException {
                return all.read();
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return all.read(into, offset, Math.min(1, length));
            }
        });
    }

    @Test
    void answersFollowOneAnother() throws IOException {
        AnswerReader reader = reader("HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nServer 1\nmore!"
                + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nServ\r\n4\r\ner 2\r\n0\r\nT: x\r\n\r\n"
                + "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nX-Served-By: Server 3\r\n\r\n"
                + "HTTP/1.1 503 Busy\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n");
        assertThat(reader.read()).isEqualTo(new Answer(200, "Server 1", true));
        assertThat(reader.read()).isEqualTo(new Answer(200, "Server 2", true));
        assertThat(reader.read()).isEqualTo(new Answer(204, "Server 3", true));
        assertThat(reader.read()).isEqualTo(new Answer(503, "", false));
        assertThat(reader.hasMore()).isFalse();
    }

    @Test
    void aBodyToTheEndOfTheConnectionIsTheLast() throws IOException {
        assertThat(reader("HTTP/1.1 200 OK\r\n\r\nServer 1").read()).isEqualTo(new Answer(200, "Server 1", false));
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.0,'',false", "HTTP/1.0,'Connection: Keep-Alive\r\n',true", "HTTP/1.1,'',true"})
    void whetherAConnectionIsKeptDependsOnTheVersion(String version, String field, boolean kept) throws IOException {
        Answer answer = reader(version + " 200 OK\r\n" + field + "Content-Length: 1\r\n\r\nx")
                .read();
        assertThat(answer.kept()).isEqualTo(kept);
    }

    @Test
    void aNameIsShortAndPrintable() throws IOException {
        String body = "\u0007\u00e9" + "x".repeat(500);
        AnswerReader reader = reader("HTTP/1.1 200 OK\r\n\r\n" + body);
        assertThat(reader.read().server()).startsWith("\u00e9xxx").hasSizeLessThanOrEqualTo(60);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfour",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
                "H"
            })
    void anEndInTheMiddleIsACut(String bytes) {
        AnswerReader reader = reader(bytes);
        assertThatThrownBy(reader::read).isInstanceOfSatisfying(AnswerReader.Broken.class, e -> assertThat(e.why())
                .isEqualTo(Cause.CUT));
        assertThat(reader.isBegun()).isTrue();
    }

    @Test
    void anEndBeforeTheFirstByteIsAClose() throws IOException {
        AnswerReader reader = reader("HTTP/1.1 204 x\r\n\r\n");
        reader.read();
        assertThatThrownBy(reader::read).isInstanceOfSatisfying(AnswerReader.Broken.class, e -> assertThat(e.why())
                .isEqualTo(Cause.CLOSED));
        assertThat(reader.isBegun()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/2 200\r\n\r\n",
                "HTTP/1.1 600 x\r\n\r\n",
                "HTTP/1.1 101 x\r\n\r\n",
                "HTTP/1.1 200 OK\n\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"
            })
    void whatIsNoAnswerIsMalformed(String bytes) {
        assertThatThrownBy(reader(bytes)::read)
                .isInstanceOfSatisfying(
                        AnswerReader.Broken.class, e -> assertThat(e.why()).isEqualTo(Cause.MALFORMED));
    }
}
