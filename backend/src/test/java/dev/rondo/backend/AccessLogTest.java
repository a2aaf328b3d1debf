package dev.rondo.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.backend.Served.Ending;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessLogTest {
    private static final Instant AT = Instant.parse("2026-11-23T10:00:00.123Z");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void aRequestIsOneLine() throws InterruptedException {
        assertThat(written(new Served(AT, "[::1]:5", "GET", "/a?b", 200, 0, 123, 1_234_567, Ending.ANSWERED, "r-1")))
                .isEqualTo("{\"time\":\"2026-11-23T10:00:00.123Z\",\"server\":\"Server 1\",\"client\":\"[::1]:5\","
                        + "\"method\":\"GET\",\"target\":\"/a?b\",\"status\":200,\"bytes_out\":123,\"ms\":1.234,"
                        + "\"ending\":\"answered\",\"request_id\":\"r-1\"}\n");
    }

    @Test
    void whatIsNotKnownIsLeftOut() throws InterruptedException {
        assertThat(written(new Served(AT, null, "GET", "/", 0, 0, 0, 1_000, Ending.REFUSED, null)))
                .isEqualTo("{\"time\":\"2026-11-23T10:00:00.123Z\",\"server\":\"Server 1\",\"method\":\"GET\","
                        + "\"target\":\"/\",\"bytes_out\":0,\"ms\":0.001,\"ending\":\"refused\"}\n");
    }

    @Test
    void aTunnelTellsBothDirections() throws InterruptedException {
        assertThat(written(new Served(AT, null, "GET", "/upgrade", 101, 7, 9, 0, Ending.TUNNELED, null)))
                .contains("\"status\":101,\"bytes_in\":7,\"bytes_out\":9,\"ms\":0.000,\"ending\":\"tunneled\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n{\"time\":\"forged\"}",
                "\r",
                "\"",
                "\\",
                "\\\"",
                "\u0000",
                "\u001b[2J",
                "\u007f",
                "\u0085",
                "\u2028",
                "\u00e9",
                "\ud83d\ude00",
                "\ud800",
                "\ufffd"
            })
    void nothingAClientSendsForgesALineOrGetsLost(String nasty) throws InterruptedException {
        String line = written(new Served(AT, null, nasty, "/" + nasty, 200, 0, 0, 0, Ending.ANSWERED, nasty));

        assertThat(line).endsWith("}\n").matches("[ -~]*\n");
        if (!nasty.equals("\ud800")) { // no text at all, so no parser gives it back
            JsonObject object = JsonParser.create(line).readJsonObject();
            assertThat(object.stringValue("method", "")).isEqualTo(nasty);
            assertThat(object.stringValue("target", "")).isEqualTo("/" + nasty);
            assertThat(object.stringValue("request_id", "")).isEqualTo(nasty);
        }
    }

    @Test
    void aBlockedReaderCostsLinesAndHoldsNobody() throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(1);
        Semaphore free = new Semaphore(0);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        AccessLog log = new AccessLog("Server 1", new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("lines are written in batches");
            }

            @Override
            public void write(byte[] batch, int offset, int length) {
                blocked.countDown();
                free.acquireUninterruptibly(); // as a full pipe: close() interrupts the writer, and no write ends
                // by that
                bytes.write(batch, offset, length);
            }
        });
        log.accept(served());
        blocked.await();
        int offered = 20_000;
        for (int i = 0; i < offered; i++) {
            log.accept(served()); // returns, though nothing is written
        }
        free.release(offered);
        log.close(PATIENCE);

        long lines = bytes.toString(StandardCharsets.US_ASCII).lines().count();
        assertThat(log.dropped()).isEqualTo(offered - 16_384);
        assertThat(lines + log.dropped()).isEqualTo(offered + 1);
    }

    @Test
    void aBrokenReaderIsCounted() throws InterruptedException {
        AccessLog log = new AccessLog("Server 1", new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("broken pipe");
            }
        });
        log.accept(served());
        log.accept(served());
        log.close(PATIENCE);

        assertThat(log.dropped()).isEqualTo(2);
    }

    private static Served served() {
        return new Served(AT, null, "GET", "/", 200, 0, 0, 0, Ending.ANSWERED, null);
    }

    private static String written(Served served) throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AccessLog log = new AccessLog("Server 1", out);
        log.accept(served);
        log.close(PATIENCE);
        return out.toString(StandardCharsets.US_ASCII);
    }
}
