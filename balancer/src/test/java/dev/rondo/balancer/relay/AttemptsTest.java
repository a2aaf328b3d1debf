package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.Messages.post;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.config.RetryConfig;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.RefusingPort;
import dev.rondo.balancer.testkit.Request;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A request that a backend fails goes to another, where that is safe. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class AttemptsTest {
    private static final String BUSY = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy";
    private static final String KEYED =
            "POST /k HTTP/1.1\r\nHost: lb.test\r\nIdempotency-Key: \"7\"\r\nContent-Length: 5\r\n\r\nhello";

    private static Answer ask(Balancer rondo, String request, String method) throws Exception {
        try (RawClient client = RawClient.connect(rondo.port())) {
            client.send(request);
            return client.answer(method);
        }
    }

    /** Two backends, of which the first to be asked fails. */
    private static RawBackend failing() throws Exception {
        return RawBackend.start(peer -> {
            if (peer.request() != null) peer.reset();
        });
    }

    @BothEngines
    void aBackendThatRefusesCostsNobodyAnything(EngineKind engine) throws Exception {
        try (RefusingPort nobody = new RefusingPort();
                RawBackend good = RawBackend.echoing();
                Balancer rondo = on(engine).backends(nobody.port(), good.port()).start()) {
            for (int i = 0; i < 10; i++) {
                assertThat(ask(rondo, get("/" + i), "GET").body()).isEqualTo("GET|/" + i + "|");
                assertThat(ask(rondo, post("/p" + i, "x"), "POST").body()).isEqualTo("POST|/p" + i + "|x");
            }
            assertThat(rondo.metric("rondo_retries_total", "connect-failure")).isPositive();
            rondo.awaitNothingLeft();
        }
    }

    @BothEngines
    void whatMayHaveBeenDoneIsRepeatedOnlyWhereThatIsSafe(EngineKind engine) throws Exception {
        try (RawBackend bad = failing();
                RawBackend good = RawBackend.echoing();
                Balancer rondo = on(engine).backends(bad.port(), good.port()).start()) {
            assertThat(ask(rondo, get("/1"), "GET").body()).isEqualTo("GET|/1|"); // bad, then good
            assertThat(ask(rondo, KEYED, "POST").body()).isEqualTo("POST|/k|hello");
            Set<Integer> statuses = new HashSet<>();
            for (int i = 0; i < 2; i++) {
                statuses.add(ask(rondo, post("/2", "x"), "POST").status());
            }
            assertThat(statuses).containsExactlyInAnyOrder(200, 502);
            rondo.awaitNothingLeft();
        }
    }

    @BothEngines
    void aBackendsOwn503IsPassedOnWhereNobodyElseMayBeAsked(EngineKind engine) throws Exception {
        try (RawBackend busy = RawBackend.answering(BUSY);
                RawBackend good = RawBackend.answering(OK);
                Balancer rondo =
                        on(engine).loops(1).backends(busy.port(), good.port()).start()) {
            assertThat(ask(rondo, get("/1"), "GET").body()).isEqualTo("ok");
            Set<String> bodies = new HashSet<>();
            for (int i = 0; i < 2; i++)
                bodies.add(ask(rondo, post("/2", "x"), "POST").body());
            assertThat(bodies).containsExactlyInAnyOrder("busy", "ok");
            assertThat(busy.connections())
                    .as("a short answer costs no connection")
                    .isEqualTo(1);
        }
    }

    /** RFC 9110 §15.2: an interim answer does not begin the final one, whoever has heard it. */
    @BothEngines
    void anInterimAnswerIsNotTheBeginningOfAnAnswer(EngineKind engine) throws Exception {
        String hint = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
        try (RawBackend bad = RawBackend.start(peer -> {
                    if (peer.request() != null) peer.send(OK);
                    if (peer.request() != null) peer.send(hint);
                });
                RawBackend good = RawBackend.start(peer -> {
                    while (peer.request() != null) peer.send(hint).send(OK);
                });
                Balancer rondo =
                        on(engine).loops(1).backends(bad.port(), good.port()).start()) {
            for (int i = 0; i < 2; i++)
                assertThat(ask(rondo, get("/" + i), "GET").body()).isEqualTo("ok");
            Answer answer = ask(rondo, get("/2"), "GET"); // bad, on the connection that was kept, then good
            assertThat(answer.body()).isEqualTo("ok");
            assertThat(answer.interims()).hasSize(2);
            assertThat(bad.connections()).as("it was at work: not stale").isEqualTo(1);
            assertThat(rondo.metric("rondo_retries_total", "\"reset\"")).isEqualTo(1);
            rondo.awaitNothingLeft();
        }
    }

    /** Silence after some of a head is not silence: the answer has begun. */
    @BothEngines
    void aHeadThatStopsInTheMiddleIsNotRepeated(EngineKind engine) throws Exception {
        try (RawBackend bad = RawBackend.start(peer -> {
                    if (peer.request() != null)
                        peer.send("HTTP/1.1 200 OK\r\nX-").awaitEnd();
                });
                RawBackend good = RawBackend.answering(OK);
                Balancer rondo = on(engine)
                        .response(Duration.ofSeconds(5)) // the start of the head must be here when it is over
                        .backends(bad.port(), good.port())
                        .start()) {
            Answer answer = ask(rondo, get("/1"), "GET");
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.body()).contains("response-timeout");
            assertThat(good.connections()).isZero();
            rondo.awaitNothingLeft();
        }
    }

    @BothEngines
    void aBodyOfManyBuffersGoesOutOnceMore(EngineKind engine) throws Exception {
        String body = "0123456789".repeat(5_000);
        try (RawBackend bad = failing();
                RawBackend good = RawBackend.echoing();
                Balancer rondo =
                        on(engine).loops(1).backends(bad.port(), good.port()).start()) {
            String most = "m".repeat(RetryConfig.DEFAULT.replayBuffer());
            String longest = "PUT /m HTTP/1.1\r\nHost: lb.test\r\nContent-Length: " + most.length() + "\r\n\r\n" + most;
            assertThat(ask(rondo, longest, "PUT").body()).isEqualTo("PUT|/m|" + most);
            ask(rondo, get("/turn"), "GET"); // so that the one that fails is asked first again
            String put = "PUT /b HTTP/1.1\r\nHost: lb.test\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
            assertThat(ask(rondo, put, "PUT").body()).isEqualTo("PUT|/b|" + body);
            String chunks = ("2710\r\n" + body.substring(0, 10_000) + "\r\n").repeat(5);
            String chunked = "PUT /c HTTP/1.1\r\nHost: lb.test\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
                    + "0\r\nX-End: yes\r\n\r\n";
            ask(rondo, get("/turn"), "GET"); // so that the one that fails is asked first again
            assertThat(ask(rondo, chunked, "PUT").body()).isEqualTo("PUT|/c|" + body);
            Request last = good.takeRequest();
            while (!last.target().equals("/c")) last = good.takeRequest();
            assertThat(last.trailers()).hasSize(1);
            rondo.awaitNothingLeft();
        }
    }

    private static UnaryOperator<PoolConfig> with(UnaryOperator<BackendConfig> change) {
        return change().backends(change);
    }

    @BothEngines
    void aBackupStandsInForTheFirstFailureToo(EngineKind engine) throws Exception {
        try (RefusingPort nobody = new RefusingPort();
                RawBackend backup = RawBackend.answering(OK);
                Balancer rondo = on(engine)
                        .backends(nobody.port(), backup.port())
                        .policies(with(backend ->
                                new BackendConfig(backend.id(), backend.url(), 1, backend.port() == backup.port(), 0)))
                        .start()) {
            for (int i = 0; i < 7; i++) // with the one that ejects it, and those after
            assertThat(ask(rondo, get("/" + i), "GET").status()).isEqualTo(200);
            rondo.awaitNothingLeft();
        }
    }

    /** It has asked to be left alone; but the only other one cannot even be reached. */
    @BothEngines
    void aBackendThatIsBenchedIsBetterThanNone(EngineKind engine) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (RefusingPort nobody = new RefusingPort();
                RawBackend tired = RawBackend.start(peer -> {
                    while (peer.request() != null) {
                        boolean first = asked.getAndIncrement() == 0;
                        peer.send(first ? BUSY.replace("Content", "Retry-After: 30\r\nContent") : OK);
                    }
                });
                Balancer rondo =
                        on(engine).backends(nobody.port(), tired.port()).start()) {
            assertThat(ask(rondo, post("/1", "x"), "POST").body()).isEqualTo("busy");
            assertThat(rondo.metric("rondo_backend_up", "b" + tired.port())).isZero();
            for (int i = 0; i < 3; i++)
                assertThat(ask(rondo, post("/2", "x"), "POST").body()).isEqualTo("ok");
            rondo.awaitNothingLeft();
        }
    }

    /** Nobody knows whether the request that tries it is ever answered: who can go nowhere else does not wait for that. */
    @BothEngines
    void aBackendOnProbationIsBetterThanNoneThoughAnotherRequestTriesIt(EngineKind engine) throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (RefusingPort nobody = new RefusingPort();
                RawBackend tired = RawBackend.start(peer -> {
                    for (Request request; (request = peer.request()) != null; ) {
                        if (request.target().equals("/trial")) over.await();
                        boolean busy = request.target().equals("/1");
                        peer.send(busy ? BUSY.replace("Content", "Retry-After: 1\r\nContent") : OK);
                    }
                });
                Balancer rondo =
                        on(engine).backends(tired.port(), nobody.port()).start();
                RawClient trial = RawClient.connect(rondo.port())) {
            assertThat(ask(rondo, post("/1", "x"), "POST").body()).isEqualTo("busy");
            tired.takeRequest();
            rondo.awaitMetric("rondo_backend_state", "state=\"probation\"", 1);
            trial.send(post("/trial", "x"));
            assertThat(tired.takeRequest().target()).isEqualTo("/trial");
            for (int i = 0; i < 3; i++)
                assertThat(ask(rondo, post("/2", "x"), "POST").body()).isEqualTo("ok");
            over.countDown();
            assertThat(trial.answer().body()).isEqualTo("ok");
        }
    }

    @BothEngines
    void anAnswerIsNotGivenUpForAPlaceInALine(EngineKind engine) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (RawBackend full = RawBackend.start(peer -> {
                    while (peer.request() != null) {
                        begun.countDown();
                        goOn.await();
                        peer.send(OK);
                    }
                });
                RawBackend busy = RawBackend.answering(BUSY);
                Balancer rondo = on(engine)
                        .backends(full.port(), busy.port())
                        .policies(with(backend -> new BackendConfig(
                                backend.id(), backend.url(), 1, false, backend.port() == full.port() ? 1 : 0)))
                        .start();
                RawClient first = RawClient.connect(rondo.port())) {
            first.send(get("/1")); // the rotation begins with the first
            begun.await();
            assertThat(ask(rondo, get("/2"), "GET").body()).isEqualTo("busy");
            assertThat(rondo.metric("rondo_retries_total", "gateway-error")).isZero();
            goOn.countDown();
            assertThat(first.answer().body()).isEqualTo("ok");
        }
    }

    @BothEngines
    void whereAllFailTheLastFailureIsTold(EngineKind engine) throws Exception {
        try (RefusingPort one = new RefusingPort();
                RefusingPort other = new RefusingPort();
                Balancer rondo = on(engine).backends(one.port(), other.port()).start()) {
            Answer answer = ask(rondo, get("/"), "GET");
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.body()).contains("connect-refused");
            assertThat(rondo.metric("rondo_retries_total", "connect-failure")).isEqualTo(1);
        }
    }
}
