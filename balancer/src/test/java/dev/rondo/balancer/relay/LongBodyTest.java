package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.Messages.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.wire.Buffers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;

/** Bodies that fill the long buffers, and what comes behind them in the same read. */
class LongBodyTest {
    /** Not the same at any two places that a lost or doubled piece could confuse. */
    private static String text(int length) {
        StringBuilder text = new StringBuilder(length + 10);
        for (int i = 0; text.length() < length; i++) text.append(i).append('.');
        text.setLength(length);
        return text.toString();
    }

    @BothEngines
    void everyByteOfADownloadArrives(EngineKind engine) throws Exception {
        for (int length : new int[] {
            Buffers.PAYLOAD - 1, Buffers.PAYLOAD, Buffers.PAYLOAD + 1, Buffers.PAYLOAD * 3, 131_072, 500_001
        }) {
            String body = text(length);
            try (RawBackend backend =
                            RawBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + body);
                    Balancer rondo = on(engine).backends(backend.port()).start();
                    RawClient client = RawClient.connect(rondo.port())) {
                for (int i = 0; i < 2; i++) {
                    client.send(get("/" + i));
                    assertThat(client.answer().body()).isEqualTo(body);
                }
            }
        }
    }

    @BothEngines
    void aChunkedUploadBehindALongOneIsRelayed(EngineKind engine) throws Exception {
        String first = text(60_000);
        String second = text(60_000);
        String chunked = "POST /chunked HTTP/1.1\r\nHost: lb.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(second.length()) + "\r\n" + second + "\r\n0\r\n\r\n";
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            CompletableFuture<Void> sent = sending(client, post("/long", first) + chunked + get("/last"));
            assertThat(client.answer().body()).isEqualTo("POST|/long|" + first);
            assertThat(client.answer().body()).isEqualTo("POST|/chunked|" + second);
            assertThat(client.answer().body()).isEqualTo("GET|/last|");
            sent.join();
        }
    }

    private static CompletableFuture<Void> sending(RawClient client, String text) {
        return CompletableFuture.runAsync(() -> {
            try {
                client.send(text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @BothEngines
    void whatIsPipelinedBehindALongUploadIsTheNextRequest(EngineKind engine) throws Exception {
        for (int length : new int[] {Buffers.PAYLOAD + 1, 131_072, 400_000}) {
            String body = text(length);
            try (RawBackend backend = RawBackend.echoing();
                    Balancer rondo = on(engine).backends(backend.port()).start();
                    RawClient client = RawClient.connect(rondo.port())) {
                CompletableFuture<Void> sent =
                        sending(client, post("/long", body) + get("/behind") + post("/short", "12") + get("/last"));
                assertThat(client.answer().body()).isEqualTo("POST|/long|" + body);
                assertThat(client.answer().body()).isEqualTo("GET|/behind|");
                assertThat(client.answer().body()).isEqualTo("POST|/short|12");
                assertThat(client.answer().body()).isEqualTo("GET|/last|");
                sent.join();
            }
        }
    }
}
