package dev.rondo.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StopTest {
    @Test
    void whileTheDrainDelayLastsReadinessFailsAndRequestsAreAnsweredAndEndTheirConnections() throws Exception {
        try (RunningBackend running = new RunningBackend();
                RawClient kept = running.connect()) {
            assertThat(kept.exchange("GET", "/", "").field("Connection")).isEmpty();
            int port = running.backend.port();
            running.hold();
            CompletableFuture<Void> stop = stop(running, Duration.ofSeconds(5));
            assertThat(running.nextPause()).isEqualTo(Duration.ofSeconds(5));

            RawClient.Response ready = running.get("/health/ready");
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.body()).contains("\"reason\":\"stopping\"");
            assertThat(running.get("/health/live").status()).isEqualTo(200);
            RawClient.Response last = kept.exchange("GET", "/", "");
            assertThat(last.body()).isEqualTo("Server 1");
            assertThat(last.field("Connection")).isEqualTo("close");
            assertThat(kept.rest()).isEmpty();

            running.release();
            stop.join();
            assertThatThrownBy(() -> new RawClient(port)).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void aRequestInFlightIsAnswered() throws Exception {
        try (RunningBackend running = new RunningBackend();
                RawClient client = running.connect();
                RawClient idle = running.connect()) {
            idle.exchange("GET", "/", "");
            running.hold();
            client.send("GET /delay/1h HTTP/1.1\r\nHost: a\r\n\r\n");
            running.nextPause();

            CompletableFuture<Void> stop = stop(running, Duration.ZERO);
            assertThat(idle.rest()).isEmpty(); // an idle connection is closed first: the stop is under way
            assertThat(stop).isNotDone();
            running.release();

            assertThat(client.rest())
                    .contains("\r\nConnection: close\r\n")
                    .endsWith("\r\n\r\nServer 1 after 3600000 ms\n");
            stop.join();
        }
    }

    @Test
    void aRequestThatOutlastsTheDrainTimeoutIsCut() throws Exception {
        try (RunningBackend running = new RunningBackend(Duration.ofMillis(50));
                RawClient client = running.connect()) {
            running.hold();
            client.send("GET /delay/1h HTTP/1.1\r\nHost: a\r\n\r\n");
            running.nextPause();

            stop(running, Duration.ZERO).join();

            assertThat(readUntilEnd(client)).doesNotContain("after 3600000 ms");
            Served served = running.nextServed();
            assertThat(served.ending()).isEqualTo(Served.Ending.CUT);
            assertThat(served.status()).isZero();
        }
    }

    @Test
    void eventsEndByTheirOwnRules() throws Exception {
        try (RunningBackend running = new RunningBackend();
                RawClient client = running.connect()) {
            client.send("GET /sse?delay=1h HTTP/1.1\r\nHost: a\r\n\r\n");
            client.head();
            assertThat(client.chunk()).startsWith("id: 1\n");

            CompletableFuture<Void> stop = stop(running, Duration.ZERO);

            assertThat(client.chunk()).isEmpty();
            assertThat(client.rest()).isEmpty();
            stop.join();
        }
    }

    @Test
    void aWebSocketIsToldThatTheServerGoesAway() throws Exception {
        try (RunningBackend running = new RunningBackend();
                RawClient client = running.connect()) {
            client.send("GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket"
                    + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            client.head();
            client.send(HexFormat.of().parseHex("898000000000")); // a ping, whose pong says that the tunnel runs
            assertThat(client.bytes(2)).containsExactly(0x8a, 0);

            stop(running, Duration.ZERO).join();

            assertThat(client.rest().getBytes(StandardCharsets.ISO_8859_1))
                    .isEqualTo(Frame.close(1001, "stopping").bytes());
        }
    }

    @Test
    void aRawTunnelDoesNotHoldAStop() throws Exception {
        try (RunningBackend running = new RunningBackend();
                RawClient client = running.connect()) {
            client.send("GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nx");
            client.head();
            assertThat(client.text(1)).isEqualTo("x");

            stop(running, Duration.ZERO).join();

            assertThat(readUntilEnd(client)).isEmpty();
        }
    }

    private static CompletableFuture<Void> stop(RunningBackend running, Duration drainDelay) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        running.backend.stop(drainDelay);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                },
                Thread::startVirtualThread);
    }

    /** What arrives until the connection ends, in order or by a reset. */
    private static String readUntilEnd(RawClient client) {
        try {
            return client.rest();
        } catch (IOException e) {
            return "";
        }
    }
}
