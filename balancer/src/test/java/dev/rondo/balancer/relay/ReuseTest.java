package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.Messages.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.Peer;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;
import java.io.IOException;
import java.time.Duration;

/** Upstream connections: kept, checked, retired, and what happens when a kept one turns out to be stale. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class ReuseTest {
    /** Serves one request, then takes another and goes away without a word. */
    private static void goStale(Peer peer, boolean reset) throws IOException {
        if (peer.request() == null) return;
        peer.send(OK);
        peer.request();
        if (reset) peer.reset();
    }

    @BothEngines
    void oneConnectionServesManyClients(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start()) {
            for (int i = 0; i < 20; i++) {
                try (RawClient client = RawClient.connect(rondo.port())) {
                    client.send(get("/" + i));
                    assertThat(client.answer().body()).isEqualTo("GET|/" + i + "|");
                }
            }
            assertThat(backend.connections()).isEqualTo(1);
        }
    }

    @BothEngines
    void aStaleConnectionIsNoticedBeforeItIsUsed(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() != null) peer.send(OK); // and closes, without having said so
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            for (int i = 0; i < 5; i++) {
                client.send(post("/" + i, "x")); // which may not be repeated
                assertThat(client.answer("POST").status())
                        .as(client.transcript())
                        .isEqualTo(200);
                backend.takePeer().awaitScript();
            }
            assertThat(backend.connections()).isEqualTo(5);
        }
    }

    @BothEngines
    void aGetOnAStaleConnectionIsRepeated(EngineKind engine) throws Exception {
        for (boolean reset : new boolean[] {false, true}) {
            try (RawBackend backend = RawBackend.echoingAfter(peer -> goStale(peer, reset));
                    Balancer rondo =
                            on(engine).loops(1).backends(backend.port()).start();
                    RawClient client = RawClient.connect(rondo.port())) {
                client.send(get("/1"));
                assertThat(client.answer().body()).isEqualTo("ok");
                client.send(get("/2"));
                assertThat(client.answer().body()).as(client.transcript()).isEqualTo("GET|/2|");
                assertThat(backend.requests().stream().map(Request::target)).containsExactly("/1", "/2", "/2");
                assertThat(backend.connections()).isEqualTo(2);
            }
        }
    }

    @BothEngines
    void aPostOnAStaleConnectionIsNotRepeated(EngineKind engine) throws Exception {
        for (boolean reset : new boolean[] {false, true}) {
            try (RawBackend backend = RawBackend.echoingAfter(peer -> goStale(peer, reset));
                    Balancer rondo =
                            on(engine).loops(1).backends(backend.port()).start();
                    RawClient client = RawClient.connect(rondo.port())) {
                client.send(get("/1"));
                assertThat(client.answer().body()).isEqualTo("ok");
                client.send(post("/2", "once"));
                assertThat(client.answer("POST").status())
                        .as(client.transcript())
                        .isEqualTo(502);
                assertThat(backend.requests().stream().map(Request::target)).containsExactly("/1", "/2");
            }
        }
    }

    /** Nobody could tell whether the backend has begun to take it, and it is not here to be sent again. */
    @BothEngines
    void aLongBodyIsNotRiskedOnAConnectionThatMayBeClosing(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.index() > 2) peer.echo();
                    else if (peer.request() != null) peer.send(OK); // and closes soon
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            for (int i = 0; i < 3; i++) { // the shortest of them is remembered
                assertThat(client.send(get("/1")).answer().body()).isEqualTo("ok");
                backend.takePeer().awaitScript();
            }
            assertThat(client.send(get("/2")).answer().body()).isEqualTo("GET|/2|");
            String put = "PUT /3 HTTP/1.1\r\nHost: lb.test\r\nContent-Length: ";
            assertThat(client.send(put + "4\r\n\r\nbody").answer().body()).isEqualTo("PUT|/3|body");
            assertThat(backend.connections()).as("it can be sent again").isEqualTo(4);
            String body = "0123456789".repeat(10_000);
            client.sendBehind(put + body.length() + "\r\n\r\n" + body);
            assertThat(client.answer().body()).isEqualTo("PUT|/3|" + body);
            assertThat(backend.connections()).isEqualTo(5);
        }
    }

    /** Once on a fresh connection, and then as often as {@code retry.attempts} says: there is no other backend. */
    @BothEngines
    void aRequestIsRepeatedOnlySoOften(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() == null || peer.index() > 0) return;
                    peer.send(OK);
                    peer.request();
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/1"));
            assertThat(client.answer().body()).isEqualTo("ok");
            client.send(get("/2"));
            assertThat(client.answer().status()).isEqualTo(502);
            assertThat(backend.requests().stream().map(Request::target)).containsExactly("/1", "/2", "/2", "/2", "/2");
        }
    }

    @BothEngines
    void aByteOfAnAnswerForbidsTheRepetition(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() == null) return;
                    peer.send(OK);
                    if (peer.request() == null) return;
                    peer.send("H");
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/1"));
            assertThat(client.answer().body()).isEqualTo("ok");
            client.send(get("/2"));
            assertThat(client.answer().status()).isEqualTo(502);
            assertThat(backend.connections()).isEqualTo(1);
        }
    }

    @BothEngines
    void anOldConnectionIsRetired(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = on(engine)
                        .loops(1)
                        .maxAge(Duration.ofNanos(1))
                        .backends(backend.port())
                        .start();
                RawClient client = RawClient.connect(rondo.port())) {
            for (int i = 0; i < 3; i++) {
                client.send(get("/" + i));
                assertThat(client.answer().status()).isEqualTo(200);
                backend.takePeer().awaitScript();
            }
            assertThat(backend.connections()).isEqualTo(3);
        }
    }

    @BothEngines
    void anIdleConnectionIsClosed(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = on(engine)
                        .loops(1)
                        .upstreamKeepAlive(Duration.ofMillis(200))
                        .backends(backend.port())
                        .start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/"));
            assertThat(client.answer().status()).isEqualTo(200);
            backend.takePeer().awaitScript();
        }
    }

    @BothEngines
    void aConnectionWhoseAnswerWasNotReadToItsEndIsNotKept(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoingAfter(peer -> {
                    if (peer.request() == null) return;
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
                    assertThat(peer.rest()).isEmpty();
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient first = RawClient.connect(rondo.port());
                RawClient second = RawClient.connect(rondo.port())) {
            first.send(get("/1"));
            while (!first.received().endsWith("hello")) first.bytes(1);
            first.reset();
            backend.takePeer().awaitScript();
            second.send(get("/2"));
            assertThat(second.answer().body()).isEqualTo("GET|/2|");
        }
    }
}
