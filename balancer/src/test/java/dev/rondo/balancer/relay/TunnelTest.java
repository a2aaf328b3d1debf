package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.End;
import dev.rondo.balancer.testkit.Field;
import dev.rondo.balancer.testkit.Peer;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;

/** {@code Upgrade}: bytes both ways, and the end of each way for itself. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class TunnelTest {
    private static final String ASK =
            "GET /chat HTTP/1.1\r\nHost: lb.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n";
    private static final String SWITCHED =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: a\r\n\r\n";

    private static void accept(Peer peer, String behind) throws IOException {
        Request request = peer.request();
        if (request == null) return;
        assertThat(request.values("upgrade")).containsExactly("websocket");
        assertThat(Field.lists(request.head().fields(), "connection", "upgrade"))
                .isTrue();
        assertThat(request.values("sec-websocket-key")).containsExactly("k");
        peer.send(SWITCHED + behind);
    }

    private static void isSwitched(RawClient client) throws IOException {
        Answer answer = client.answer();
        assertThat(answer.status()).as(client.transcript()).isEqualTo(101);
        assertThat(answer.values("upgrade")).containsExactly("websocket");
        assertThat(Field.lists(answer.fields(), "connection", "upgrade")).isTrue();
        assertThat(answer.values("sec-websocket-accept")).containsExactly("a");
    }

    @BothEngines
    void bytesGoBothWaysUnchanged(EngineKind engine) throws Exception {
        String every = "\u0000\r\n\r\nGET / HTTP/1.1\r\n\u00ff";
        try (RawBackend backend = RawBackend.start(peer -> {
                    accept(peer, "at once");
                    for (int i = 0; i < 100; i++) peer.send(peer.bytes(every.length()));
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(ASK);
            isSwitched(client);
            assertThat(client.bytes(7)).isEqualTo("at once");
            for (int i = 0; i < 100; i++) {
                client.send(every);
                assertThat(client.bytes(every.length())).isEqualTo(every);
            }
        }
    }

    @BothEngines
    void bytesBehindTheRequestAreNotLost(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    accept(peer, "");
                    peer.send(peer.bytes(5)).awaitEnd();
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(ASK + "early");
            isSwitched(client);
            assertThat(client.bytes(5)).isEqualTo("early");
        }
    }

    @BothEngines
    void theClientMayFinishFirst(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    accept(peer, "");
                    assertThat(peer.rest()).isEqualTo("last words");
                    peer.send("still here").finish();
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(ASK);
            isSwitched(client);
            client.send("last words").finish();
            assertThat(client.rest()).isEqualTo("still here");
            assertThat(client.end()).isEqualTo(End.FIN);
        }
    }

    @BothEngines
    void theBackendMayFinishFirst(EngineKind engine) throws Exception {
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (RawBackend backend = RawBackend.start(peer -> {
                    accept(peer, "");
                    peer.send("last words").finish();
                    heard.add(peer.rest());
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(ASK);
            isSwitched(client);
            assertThat(client.rest()).isEqualTo("last words");
            client.send("still here").finish();
            assertThat(heard.take()).isEqualTo("still here");
        }
    }

    @BothEngines
    void aResetReachesTheOtherSide(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    accept(peer, "");
                    peer.awaitEnd();
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(ASK);
            isSwitched(client);
            client.reset();
            backend.takePeer().awaitScript();
        }
    }

    @BothEngines
    void aSilentTunnelIsClosed(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    accept(peer, "");
                    peer.awaitEnd();
                });
                Balancer rondo = on(engine)
                        .tunnel(Duration.ofMillis(300))
                        .backends(backend.port())
                        .start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(ASK);
            isSwitched(client);
            assertThat(client.rest()).isEmpty();
            backend.takePeer().awaitScript();
        }
    }

    @BothEngines
    void aRefusalIsAnAnswerLikeAnyOther(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() == null) return;
                    peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
                            .echo();
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(ASK + get("/next"));
            assertThat(client.answer().status()).isEqualTo(403);
            assertThat(client.answer().body()).isEqualTo("GET|/next|");
        }
    }
}
