package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.Messages.post;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;
import dev.rondo.balancer.wire.Buffers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

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

    /** Behind a long body the next answer is read into a long buffer, whatever it then is. */
    @BothEngines
    void whateverComesBehindALongDownloadArrives(EngineKind engine) throws Exception {
        String body = text(300_000);
        String chunks = Integer.toHexString(250_000) + "\r\n" + body.substring(0, 250_000) + "\r\n"
                + Integer.toHexString(50_000) + "\r\n" + body.substring(250_000) + "\r\n";
        Map<String, String> answers = Map.of(
                "/long", "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + body,
                "/short", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "/none", "HTTP/1.1 204 No Content\r\n\r\n",
                "/interim",
                        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n"
                                + body,
                "/chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\nX-End: 1\r\n\r\n",
                "/close", "HTTP/1.1 200 OK\r\n\r\n" + body);
        try (RawBackend backend = RawBackend.start(peer -> {
                    for (Request request = peer.request(); request != null; request = peer.request()) {
                        String target = request.head().target();
                        peer.send(requireNonNull(answers.get(target)));
                        if (target.equals("/close")) return;
                    }
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            for (String target : List.of("/short", "/none", "/interim", "/chunked", "/close")) {
                assertThat(client.send(get("/long")).answer().body()).isEqualTo(body);
                client.send(get(target));
                Answer answer = client.answer();
                String expected = target.equals("/short") ? "ok" : target.equals("/none") ? "" : body;
                assertThat(answer.body()).as(target).isEqualTo(expected);
            }
            assertThat(backend.connections())
                    .as("the long buffer was for the same connection")
                    .isOne();
        }
    }

    @BothEngines
    void aHeadThatDoesNotFitInFrontOfItsBodyGoesOutBeforeIt(EngineKind engine) throws Exception {
        String body = text(40_000);
        String added = "y".repeat(Buffers.PAYLOAD + Buffers.FRONT);
        try (RawBackend backend =
                        RawBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: 40000\r\nX-Old: 1\r\n\r\n" + body);
                Balancer rondo = on(engine)
                        .responseRules("X-Set", added, "X-Added", "1", "X-Old")
                        .backends(backend.port())
                        .start();
                RawClient client = RawClient.connect(rondo.port())) {
            for (int i = 0; i < 2; i++) {
                Answer answer = client.send(get("/")).answer();
                assertThat(answer.values("X-Set")).containsExactly(added);
                assertThat(answer.body()).isEqualTo(body);
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

    private static String answer(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /** The buffer that the upload was read into is long, and stays while the second backend answers: what comes behind is read bit by bit. */
    @BothEngines
    void aChunkedUploadBehindOneThatWasRepeatedIsRelayed(EngineKind engine) throws Exception {
        String first = text(Buffers.PAYLOAD + 200);
        String second = text(60_000);
        String chunked = "POST /chunked HTTP/1.1\r\nHost: lb.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(second.length()) + "\r\n" + second + "\r\n0\r\n\r\n";
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch behind = new CountDownLatch(1);
        try (RawBackend bad = RawBackend.start(peer -> {
                    Request.Head head = peer.head();
                    if (head == null || head.target().equals("/")) return;
                    if (head.target().equals("/chunked")) {
                        peer.send(answer(peer.body(head).body()));
                        return;
                    }
                    reached.countDown(); // and goes before any of the body is here
                });
                RawBackend good = RawBackend.start(peer -> {
                    for (Request request = peer.request(); request != null; request = peer.request()) {
                        if (request.head().target().equals("/put")) behind.await();
                        peer.send(answer(request.body()));
                    }
                });
                Balancer rondo = on(engine)
                        .loops(1)
                        .backends(bad.port(), good.port())
                        .policies(change().backends(backend ->
                                new BackendConfig(backend.id(), backend.url(), 1, backend.port() == good.port(), 0)))
                        .start();
                RawClient client = RawClient.connect(rondo.port())) {
            assertThat(client.send(get("/")).answer().status())
                    .isEqualTo(200); // by the backup, to which a connection is kept
            client.send("PUT /put HTTP/1.1\r\nHost: lb.test\r\nContent-Length: " + first.length() + "\r\n\r\n");
            reached.await();
            client.send(first);
            CompletableFuture<Void> sent = sending(client, chunked);
            sent.join();
            behind.countDown();
            assertThat(client.answer().body()).isEqualTo(first);
            assertThat(client.answer().body()).isEqualTo(second);
        }
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
