package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import io.helidon.json.JsonParser;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** What benches a backend although it has refused nobody, and what does not. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class EjectionTest {
    private static final String HALF = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
    /** More than the fallback engine takes to look for the first time. */
    private static final Duration A_WHILE = Duration.ofMillis(300);

    /** For a backend to answer in, and then for a client to have stalled. */
    private static final Duration ENOUGH = Duration.ofSeconds(5);

    private static Answer ask(Balancer rondo, String target) throws Exception {
        return RawClient.ask(rondo.port(), target);
    }

    /** Failures of a backend, as the API counts them. */
    private static long failures(Balancer rondo, RawBackend backend) throws Exception {
        String answer = RawClient.ask(rondo.adminPort(), "/api/v1/pools/default/backends/b" + backend.port())
                .body();
        return JsonParser.create(answer).readJsonObject().longValue("failures").orElseThrow();
    }

    @BothEngines
    void aBackendThatCutsItsAnswersIsEjected(EngineKind engine) throws Exception {
        try (RawBackend cutting = RawBackend.start(peer -> {
                    if (peer.request() != null) peer.send(HALF);
                });
                RawBackend good = RawBackend.answering(OK);
                Balancer rondo =
                        on(engine).backends(cutting.port(), good.port()).start()) {
            int cut = 0;
            for (int i = 0; i < 20; i++) if (!ask(rondo, "/" + i).complete()) cut++;
            assertThat(cut).isEqualTo(5);
            assertThat(rondo.metric("rondo_ejections_total", "b" + cutting.port()))
                    .isEqualTo(1);
            rondo.awaitNothingLeft();
            assertThat(failures(rondo, cutting)).isEqualTo(5);
            assertThat(failures(rondo, good)).isZero();
        }
    }

    /** The answer is cut because the upload has failed: that is not its backend's doing. */
    @BothEngines
    void anUploadThatStallsIsNoFailureOfTheBackendThatAnswersMeanwhile(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.head() != null) peer.send(HALF).awaitEnd();
                });
                Balancer rondo =
                        on(engine).clientIdle(ENOUGH).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("POST / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 100\r\n\r\nabc");
            assertThat(client.answer("POST").complete()).isFalse();
            rondo.awaitNothingLeft();
            rondo.awaitSample("rondo_errors_total", "request-body-timeout");
            assertThat(failures(rondo, backend)).isZero();
        }
    }

    @BothEngines
    void aBackendThatIsSilentUntilItsClientsLeaveIsEjected(EngineKind engine) throws Exception {
        try (RawBackend hung = RawBackend.start(peer -> {
                    while (peer.request() != null) {
                        // and says nothing
                    }
                });
                RawBackend good = RawBackend.answering(OK);
                Balancer rondo = on(engine)
                        .connect(Duration.ofMillis(100))
                        .backends(hung.port(), good.port())
                        .start();
                Balancer clock = Balancer.clock(A_WHILE)) {
            leave(rondo, hung, clock);
            assertThat(rondo.metric("rondo_ejections_total", "b" + hung.port())).isEqualTo(1);
            for (int i = 0; i < 4; i++) assertThat(ask(rondo, "/").body()).isEqualTo("ok");
        }
    }

    /** All times are seconds here: clients that do not wait for them say nothing. */
    @BothEngines
    void clientsThatLeaveAtOnceEjectNobody(EngineKind engine) throws Exception {
        try (RawBackend slow = RawBackend.start(peer -> {
                    while (peer.request() != null) {
                        // and takes its time
                    }
                });
                RawBackend good = RawBackend.answering(OK);
                Balancer rondo = on(engine).backends(slow.port(), good.port()).start()) {
            leave(rondo, slow, null);
            assertThat(rondo.metric("rondo_backend_state", "state=\"up\"")).isEqualTo(2);
        }
    }

    /** Five clients leave, whose requests are at {@code backend}, the first of two. */
    private static void leave(Balancer rondo, RawBackend backend, @Nullable Balancer clock) throws Exception {
        for (int i = 1; i <= 5; i++) {
            try (RawClient client = RawClient.connect(rondo.port())) {
                client.send(get("/" + i));
                backend.takeRequest();
                if (clock != null) clock.awaitKeepAlive();
                client.leave();
                rondo.awaitSample("rondo_requests_total", "code=\"499\"", i);
            }
            if (i < 5) assertThat(ask(rondo, "/").body()).isEqualTo("ok");
        }
    }

    /**
     * The client of a trial has gone, and the first to notice is whoever sends it an interim answer: what came behind its request
     * has ended the watch for it. The attempt is written down, and the next request is the trial.
     */
    @BothEngines
    void aClientThatGoesDuringAnInterimAnswerLeavesTheTrialToTheNext(EngineKind engine) throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        String rest = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
        try (RawBackend tired = RawBackend.start(peer -> {
                    if (peer.request() == null) return;
                    if (peer.index() == 0) {
                        peer.send(rest);
                    } else if (peer.index() == 1) {
                        gone.await();
                        peer.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
                                .awaitEnd();
                    } else {
                        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nback");
                    }
                });
                RawBackend good = RawBackend.answering(OK);
                Balancer rondo =
                        on(engine).loops(1).backends(tired.port(), good.port()).start();
                RawClient one = RawClient.connect(rondo.port());
                RawClient other = RawClient.connect(rondo.port())) {
            assertThat(ask(rondo, "/").body()).isEqualTo("ok");
            tired.takeRequest();
            rondo.awaitMetric("rondo_backend_state", "state=\"probation\"", 1);
            String behind = "GET /" + "x".repeat(20_000); // more than a buffer holds
            one.send(get("/one") + behind);
            other.send(get("/other") + behind);
            boolean isOne = tired.takeRequest().target().equals("/one");
            assertThat((isOne ? other : one).answer().body()).isEqualTo("ok");
            assertThat(ask(rondo, "/").body()).as("the trial is under way").isEqualTo("ok");
            (isOne ? one : other).reset();
            gone.countDown();
            rondo.awaitSample("rondo_requests_total", "backend=\"b" + tired.port() + "\",code=\"499\"");
            Set<String> bodies = new HashSet<>();
            for (int i = 0; i < 2; i++) bodies.add(ask(rondo, "/").body());
            assertThat(bodies).containsExactlyInAnyOrder("ok", "back");
        }
    }
}
