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
import dev.rondo.balancer.testkit.FullPort;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The end: no accepted request fails, and no connection is kept for its own sake. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class DrainTest {
    @BothEngines
    void idleConnectionsEndWithinTheGrace(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = on(engine)
                        .drain(Duration.ofSeconds(20))
                        .backends(backend.port())
                        .start();
                RawClient silent = RawClient.connect(rondo.port());
                RawClient kept = RawClient.connect(rondo.port())) {
            kept.send(get("/"));
            assertThat(kept.answer().last()).isFalse();
            rondo.awaitMetric("rondo_client_connections", "", 2);
            CountDownLatch ended = rondo.drain();
            assertThat(kept.end()).isEqualTo(End.FIN); // the 12 s of the kit, not the 20 s of the drain
            assertThat(silent.end()).isEqualTo(End.FIN);
            assertThat(ended.await(12, TimeUnit.SECONDS)).as("all has ended").isTrue();
        }
    }

    @BothEngines
    void aRequestThatComesInTheGraceIsAnsweredAsTheLast(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = on(engine)
                        .drain(Duration.ofSeconds(20))
                        .backends(backend.port())
                        .start();
                RawClient first = RawClient.connect(rondo.port());
                RawClient kept = RawClient.connect(rondo.port())) {
            kept.send(get("/1"));
            assertThat(kept.answer().last()).isFalse();
            rondo.awaitMetric("rondo_client_connections", "", 2);
            CountDownLatch ended = rondo.drain();
            Answer last;
            int request = 2;
            do { // without a pause, so that no grace runs out: until the drain has begun answers are like any other
                kept.send(get("/" + request));
                last = kept.answer();
                assertThat(last.body()).isEqualTo("GET|/" + request + "|");
                request++;
            } while (!last.last());
            assertThat(last.values("connection")).containsExactly("close");
            assertThat(kept.end()).isEqualTo(End.FIN);
            assertThat(first.end()).isEqualTo(End.FIN);
            assertThat(ended.await(12, TimeUnit.SECONDS)).as("all has ended").isTrue();
        }
    }

    @BothEngines
    void aRequestThatIsUnderWayIsAnswered(EngineKind engine) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() == null) return;
                    asked.countDown();
                    closed.await();
                    peer.send(OK).awaitEnd();
                });
                Balancer rondo = on(engine)
                        .drain(Duration.ofSeconds(20))
                        .backends(backend.port())
                        .start();
                RawClient idle = RawClient.connect(rondo.port());
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/"));
            asked.await();
            CountDownLatch ended = rondo.drain();
            awaitRefusal(rondo.port());
            idle.end(); // the port may be closed a moment before the drain begins
            closed.countDown();
            Answer answer = client.answer();
            assertThat(answer.body()).isEqualTo("ok");
            assertThat(answer.values("connection")).containsExactly("close");
            assertThat(client.end()).isEqualTo(End.FIN);
            assertThat(ended.await(12, TimeUnit.SECONDS)).as("all has ended").isTrue();
        }
    }

    /** A connection that stands when nobody waits any more carries no request: it would be done for nobody. */
    @BothEngines
    void whatWasNotSentWhenItsTimeWasOverIsNotSent(EngineKind engine) throws Exception {
        try (FullPort full = new FullPort();
                Balancer rondo = on(engine)
                        .drain(Duration.ofMillis(100))
                        .connect(Duration.ofSeconds(30))
                        .backends(full.port())
                        .start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(post("/", "body"));
            rondo.awaitMetric("rondo_requests_in_flight", "", 1);
            CountDownLatch ended = rondo.drain();
            assertThat(client.end()).isEqualTo(End.RST);
            try (Socket late = full.letIn()) {
                assertThat(late.getInputStream().readAllBytes()).isEmpty();
            }
            assertThat(ended.await(12, TimeUnit.SECONDS)).as("all has ended").isTrue();
        }
    }

    private static void awaitRefusal(int port) {
        while (true) {
            try (RawClient late = RawClient.connect(port)) {
                late.end();
            } catch (IOException refused) {
                return;
            }
        }
    }
}
