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
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** What benches a backend although it has refused nobody, and what does not. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class EjectionTest {
    private static Answer ask(Balancer rondo, String target) throws Exception {
        return RawClient.ask(rondo.port(), target);
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
