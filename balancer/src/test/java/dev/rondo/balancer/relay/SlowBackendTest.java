package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.Messages.post;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.config.PoolTimeouts;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.Configurations;
import dev.rondo.balancer.testkit.Peer;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;
import dev.rondo.balancer.testkit.Silence;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;

/** Backends that take their time: to read a body, or to ask for one. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class SlowBackendTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    /** For both sides to be heard in, where nothing is to run out. */
    private static final Duration NOT_SO_SHORT = Duration.ofSeconds(1);

    private static final int PAUSE_MILLIS = 100;
    private static final String HINT = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";

    private static void stopsReading(EngineKind engine, String upload) throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.head() != null) over.await();
                });
                Balancer rondo = on(engine)
                        .upstreamIdle(SHORT)
                        .response(SHORT)
                        .backends(backend.port())
                        .start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.sendBehind(upload);
            Answer answer = client.answer("POST");
            assertThat(answer.status()).as(client.transcript()).isEqualTo(504);
            assertThat(answer.body()).contains("response-timeout");
            assertThat(answer.last()).isTrue();
            assertThat(client.rest()).isEmpty();
            rondo.awaitNothingLeft();
            over.countDown();
        }
    }

    @BothEngines
    void oneThatStopsReadingAnUploadIsGivenUp(EngineKind engine) throws Exception {
        stopsReading(engine, post("/", "x".repeat(64 << 20)));
    }

    /** As above with a chunked body, which goes out through a buffer of its own. */
    @BothEngines
    void oneThatStopsReadingChunksIsGivenUp(EngineKind engine) throws Exception {
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        stopsReading(
                engine, "POST / HTTP/1.1\r\nHost: lb.test\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(1024));
    }

    /** The client was told to wait: it is not slow while it does. */
    @BothEngines
    void oneThatIsLongInAskingForABodyIsNotTheClientsFault(EngineKind engine) throws Exception {
        CountDownLatch headCame = new CountDownLatch(1);
        CountDownLatch late = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    Request.Head head = peer.head();
                    if (head == null) return;
                    headCame.countDown();
                    late.await();
                    peer.send("HTTP/1.1 100 Continue\r\n\r\n");
                    peer.body(head);
                    peer.send(OK).awaitEnd();
                });
                Balancer rondo =
                        on(engine).clientIdle(SHORT).backends(backend.port()).start();
                Balancer clock = Balancer.clock(SHORT.multipliedBy(3));
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("POST / HTTP/1.1\r\nHost: lb.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            headCame.await();
            clock.awaitKeepAlive();
            client.send("hello"); // from when it is asked for there is but little time
            late.countDown();
            Answer asked = Objects.requireNonNull(client.next("POST"), "no answer");
            assertThat(asked.status()).as(client.transcript()).isEqualTo(100);
            assertThat(client.answer("POST").body()).isEqualTo("ok");
            assertThat(backend.takeRequest().body()).isEqualTo("hello");
        }
    }

    /** Once it was told to go on, its own times count. */
    @BothEngines
    void aClientThatWasAskedForItsBodyAndSendsNoneIsGivenUp(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.head() == null) return;
                    peer.send("HTTP/1.1 100 Continue\r\n\r\n").awaitEnd();
                });
                Balancer rondo =
                        on(engine).clientIdle(SHORT).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("POST / HTTP/1.1\r\nHost: lb.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            Answer answer = client.answer("POST");
            assertThat(answer.interims()).hasSize(1);
            assertThat(answer.status()).isEqualTo(408);
            assertThat(client.rest()).isEmpty();
            backend.takePeer().awaitScript();
            rondo.awaitNothingLeft();
        }
    }

    /** A chunk's size is the client's, too, though no byte of the body is. */
    @BothEngines
    void aClientThatStopsWithinTheFirstChunksSizeIsGivenUp(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.head() == null) return;
                    peer.send("HTTP/1.1 100 Continue\r\n\r\n").awaitEnd();
                });
                Balancer rondo =
                        on(engine).clientIdle(SHORT).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(
                    "POST / HTTP/1.1\r\nHost: lb.test\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
            Answer asked = Objects.requireNonNull(client.next("POST"), "no answer");
            assertThat(asked.status()).isEqualTo(100);
            client.send("5");
            assertThat(client.answer("POST").status()).isEqualTo(408);
            assertThat(client.rest()).isEmpty();
            rondo.awaitNothingLeft();
        }
    }

    /** A client that was told to wait and does not is served as long as it sends. */
    @BothEngines
    void hintsDoNotHurryAnUpload(EngineKind engine) throws Exception {
        uploadWithHints(on(engine).response(NOT_SO_SHORT));
    }

    /** The time of an attempt does not count either while the client sends. */
    @BothEngines
    void anAttemptsTimeDoesNotHurryAnUpload(EngineKind engine) throws Exception {
        uploadWithHints(on(engine).policies(timed(Duration.ofSeconds(30), NOT_SO_SHORT)));
    }

    /** An upload is not cut by it, but what it has taken is not given to the backend again. */
    @BothEngines
    void theTimeOfTheWholeRequestGoesOnWhileTheClientSends(EngineKind engine) throws Exception {
        Duration most = Duration.ofSeconds(1);
        CountDownLatch late = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() == null) return;
                    late.await();
                    peer.send(OK).awaitEnd();
                });
                Balancer rondo = on(engine)
                        .policies(timed(most, most, most))
                        .backends(backend.port())
                        .start();
                Balancer clock = Balancer.clock(SHORT.multipliedBy(2));
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("POST / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 5\r\n\r\nhe");
            clock.awaitKeepAlive();
            clock.awaitKeepAlive();
            client.send("llo"); // after 1.2 s
            assertThat(backend.takeRequest().body()).isEqualTo("hello");
            clock.awaitKeepAlive(); // another second would not be over yet
            late.countDown();
            Answer answer = client.answer("POST");
            assertThat(answer.status()).as(client.transcript()).isEqualTo(504);
            assertThat(answer.body()).contains("response-timeout");
        }
    }

    private static UnaryOperator<PoolConfig> timed(Duration response, Duration attempt) {
        return timed(response, attempt, Duration.ZERO);
    }

    private static UnaryOperator<PoolConfig> timed(Duration response, Duration attempt, Duration request) {
        return pool -> change().timeouts(new PoolTimeouts(
                        SHORT,
                        response,
                        attempt,
                        request,
                        pool.timeouts().idle(),
                        pool.timeouts().tunnel(),
                        pool.timeouts().keepAlive(),
                        pool.timeouts().maxAge()))
                .apply(pool);
    }

    private static void uploadWithHints(Configurations configuration) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.head() == null) return;
                    hint(peer, 5);
                    peer.send(OK).awaitEnd();
                });
                Balancer rondo = configuration.backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("POST / HTTP/1.1\r\nHost: lb.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            hinted(client);
            client.send("he");
            for (long passed = 0; passed <= 2 * NOT_SO_SHORT.toMillis(); passed += PAUSE_MILLIS) hinted(client);
            client.send("llo");
            assertThat(client.answer("POST").body()).as(client.transcript()).isEqualTo("ok");
        }
    }

    /** Whichever of the two is over first ends the wait for an answer. */
    @BothEngines
    void theTimesOfAnAttemptAndOfAnAnswerHoldBoth(EngineKind engine) throws Exception {
        Duration ample = Duration.ofSeconds(30);
        for (Configurations each :
                List.of(on(engine).policies(timed(SHORT, ample)), on(engine).policies(timed(ample, SHORT)))) {
            try (RawBackend backend = RawBackend.start(Peer::awaitEnd);
                    Balancer rondo = each.backends(backend.port()).start();
                    RawClient client = RawClient.connect(rondo.port())) {
                client.send(get("/"));
                assertThat(client.answer().body()).contains("response-timeout");
            }
        }
    }

    @BothEngines
    void oneThatOnlySendsHintsIsGivenUp(EngineKind engine) throws Exception {
        hintsForEver(engine, client -> client.send(get("/")));
    }

    @BothEngines
    void oneThatOnlySendsHintsAfterABodyIsGivenUp(EngineKind engine) throws Exception {
        hintsForEver(engine, client -> {
            client.send("POST / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 5\r\n\r\n");
            hinted(client);
            client.send("hello");
        });
    }

    @BothEngines
    void oneThatSendsHintsInsteadOfAskingForTheBodyIsGivenUp(EngineKind engine) throws Exception {
        hintsForEver(
                engine,
                client -> client.send(
                        "POST / HTTP/1.1\r\nHost: lb.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"));
    }

    /** What a client does until all that is left is to wait for the answer. */
    @FunctionalInterface
    private interface Asking {
        void ask(RawClient client) throws IOException;
    }

    private static void hintsForEver(EngineKind engine, Asking asking) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.head() != null) hint(peer, Integer.MAX_VALUE);
                });
                Balancer rondo =
                        on(engine).response(SHORT).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            asking.ask(client);
            Answer answer = client.answer("POST");
            assertThat(answer.status()).as(client.transcript()).isEqualTo(504);
            assertThat(answer.body()).contains("response-timeout");
            backend.takePeer().awaitScript();
        }
    }

    /** Says 103 whenever nothing has come for a while, until {@code wanted} bytes have come or the connection has ended. */
    private static void hint(Peer peer, int wanted) throws IOException {
        peer.socket().setSoTimeout(PAUSE_MILLIS);
        peer.send(HINT);
        for (int came = 0; came < wanted; ) {
            try {
                peer.bytes(1);
                came++;
            } catch (Silence nothing) {
                peer.send(HINT);
            }
        }
    }

    private static void hinted(RawClient client) throws IOException {
        Answer hint = Objects.requireNonNull(client.next("POST"), "no answer");
        assertThat(hint.status()).as(client.transcript()).isEqualTo(103);
    }
}
