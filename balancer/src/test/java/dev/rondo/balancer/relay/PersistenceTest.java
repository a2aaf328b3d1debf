package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.Messages.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.End;
import dev.rondo.balancer.testkit.Field;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;

/** How long a connection lasts: HTTP/1.0, and {@code Connection: close} on either side. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class PersistenceTest {
    @BothEngines
    void anOldClientGetsOneAnswerAndTheEnd(EngineKind engine) throws Exception {
        String chunked =
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n";
        try (RawBackend backend = RawBackend.answering(chunked);
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("GET / HTTP/1.0\r\nHost: lb.test\r\n\r\n");
            Answer answer = client.answer();
            assertThat(answer.values("transfer-encoding")).isEmpty();
            assertThat(answer.body()).isEqualTo("abcde");
            assertThat(answer.complete()).isTrue();
            assertThat(client.end()).isEqualTo(End.FIN);
            assertThat(backend.takeRequest().head().minor()).isEqualTo(1);
        }
    }

    @BothEngines
    void anOldClientMayAskToStay(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.answering(OK);
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            String request = "GET / HTTP/1.0\r\nHost: lb.test\r\nConnection: keep-alive\r\n\r\n";
            client.send(request);
            Answer first = client.answer();
            assertThat(Field.lists(first.fields(), "connection", "keep-alive"))
                    .as(client.transcript())
                    .isTrue();
            client.send(request);
            assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @BothEngines
    void anOldBackendIsUnderstood(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() != null) peer.send("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold");
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            for (int i = 0; i < 3; i++) {
                client.send(post("/" + i, "x"));
                assertThat(client.answer("POST").body()).as(client.transcript()).isEqualTo("old");
            }
            assertThat(backend.connections()).isEqualTo(3);
        }
    }

    @BothEngines
    void theClientsCloseIsItsOwn(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.answering(OK);
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start()) {
            for (int i = 0; i < 3; i++) {
                try (RawClient client = RawClient.connect(rondo.port())) {
                    client.send("GET / HTTP/1.1\r\nHost: lb.test\r\nConnection: close\r\n\r\n");
                    Answer answer = client.answer();
                    assertThat(Field.lists(answer.fields(), "connection", "close"))
                            .as(client.transcript())
                            .isTrue();
                    assertThat(client.end()).isEqualTo(End.FIN);
                }
                assertThat(backend.takeRequest().values("connection")).isEmpty();
            }
            assertThat(backend.connections()).as("kept across clients").isEqualTo(1);
        }
    }

    @BothEngines
    void theBackendsCloseIsItsOwn(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() == null) return;
                    peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
                    peer.awaitEnd(); // announces the end and leaves it to Rondo
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            for (int i = 0; i < 3; i++) {
                client.send(get("/" + i));
                Answer answer = client.answer();
                assertThat(answer.body()).isEqualTo("ok");
                assertThat(answer.last()).as(client.transcript()).isFalse();
                backend.takePeer().awaitScript();
            }
            assertThat(backend.connections()).isEqualTo(3);
        }
    }

    @BothEngines
    void nothingIsReadBehindAnAnnouncedClose(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.answering(OK);
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("GET /1 HTTP/1.1\r\nHost: lb.test\r\nConnection: close\r\n\r\n" + get("/2"));
            assertThat(client.answer().body()).isEqualTo("ok");
            client.end();
            assertThat(backend.takeRequest().target()).isEqualTo("/1");
            assertThat(backend.requests()).isEmpty();
        }
    }
}
