package dev.rondo.balancer.app;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** A balancer that is stopped while it works, in this process. */
class DrainTest {
    /** {@code make verify} sets 100. */
    private static final int STOPS = Integer.getInteger("test.stops", 10);

    private static final int DELAY_MILLIS = 50;
    private static final Duration LONG = Duration.ofHours(1);

    @BothEngines
    void nothingIsLostUnderLoad(EngineKind engine) throws Exception {
        List<String> lost = new ArrayList<>();
        int answered = 0;
        try (RawBackend backend = RawBackend.echoing()) {
            for (int i = 0; i < STOPS; i++) {
                Rondo rondo = Rondo.start(on(engine)
                        .backends(backend.port())
                        .drain(Duration.ofMillis(DELAY_MILLIS), Duration.ofSeconds(30))
                        .build());
                try (rondo;
                        Load load = new Load(rondo.port())) {
                    load.awaitBusy();
                    load.portMayCloseIn(DELAY_MILLIS);
                    rondo.drain(true);
                    load.awaitEnd();
                    lost.addAll(load.lost());
                    answered += load.answered();
                }
            }
        }
        System.getLogger(DrainTest.class.getName())
                .log(
                        System.Logger.Level.INFO,
                        "{0}: {1} stops, {2} requests answered, {3} lost",
                        engine,
                        STOPS,
                        answered,
                        lost.size());
        assertThat(lost).isEmpty();
    }

    @BothEngines
    void everythingIsTakenWhileItWaits(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Rondo rondo = Rondo.start(
                        on(engine).backends(backend.port()).drain(LONG, LONG).build());
                RawClient kept = RawClient.connect(rondo.port())) {
            assertThat(status(rondo, "/health/ready")).isEqualTo(200);
            assertThat(RawClient.ask(rondo.adminPort(), "/metrics").body())
                    .contains("\nrondo_draining_seconds 0.0\n", "\nrondo_drain_limit_seconds 7200.0\n");
            CompletableFuture<Void> stop =
                    CompletableFuture.runAsync(() -> rondo.drain(true), Thread::startVirtualThread);
            while (status(rondo, "/health/ready") == 200) Thread.onSpinWait();

            assertThat(status(rondo, "/health/ready")).isEqualTo(503);
            assertThat(status(rondo, "/health/live")).isEqualTo(200);
            assertThat(RawClient.ask(rondo.adminPort(), "/metrics").body())
                    .containsPattern("\nrondo_draining_seconds [0-9.E-]+\n")
                    .doesNotContain("\nrondo_draining_seconds 0.0\n");
            kept.send(get("/kept"));
            assertThat(kept.answer().last()).isFalse();
            try (RawClient fresh = RawClient.connect(rondo.port())) {
                fresh.send(get("/fresh"));
                assertThat(fresh.answer().last()).isFalse();
            }
            assertThat(stop).isNotDone();
            rondo.hurry();
            stop.join();
        }
    }

    @BothEngines
    void aRequestInFlightIsAnsweredAndToldThatItIsTheLast(EngineKind engine) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    peer.request();
                    asked.countDown();
                    answer.await();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
                });
                Rondo rondo = Rondo.start(
                        on(engine).backends(backend.port()).drain(LONG, LONG).build());
                RawClient client = RawClient.connect(rondo.port());
                RawClient idle = RawClient.connect(rondo.port())) {
            client.send(get("/"));
            asked.await();
            int port = rondo.port();
            CompletableFuture<Void> stop =
                    CompletableFuture.runAsync(() -> rondo.drain(false), Thread::startVirtualThread);

            idle.end(); // draining has begun
            assertThatThrownBy(() -> RawClient.connect(port)).isInstanceOf(ConnectException.class);
            assertThat(status(rondo, "/health/live"))
                    .as("nothing is restarted because it ends")
                    .isEqualTo(200);
            assertThat(stop).isNotDone();
            answer.countDown();
            var last = client.answer();
            assertThat(last.body()).isEqualTo("late");
            assertThat(last.last()).isTrue();
            client.end();
            client.finish();
            stop.join(); // an hour before drain.timeout
        }
    }

    @BothEngines
    void aRequestOnAKeptConnectionIsAnswered(EngineKind engine) throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    for (var request = peer.request(); request != null; request = peer.request()) {
                        if (request.target().equals("/slow")) answer.await();
                        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    }
                });
                Rondo rondo = Rondo.start(
                        on(engine).backends(backend.port()).drain(LONG, LONG).build());
                RawClient slow = RawClient.connect(rondo.port());
                RawClient kept = RawClient.connect(rondo.port())) {
            slow.send(get("/slow"));
            kept.send(get("/1"));
            assertThat(kept.answer().last()).isFalse();
            backend.takeRequest();
            CompletableFuture<Void> stop =
                    CompletableFuture.runAsync(() -> rondo.drain(false), Thread::startVirtualThread);
            boolean last = false;
            while (!last) { // without a pause, so that no grace runs out
                kept.send(get("/2"));
                last = kept.answer().last();
            }
            kept.end();
            kept.finish();
            awaitRefused(rondo.port());
            answer.countDown();
            assertThat(slow.answer().last()).isTrue();
            slow.finish();
            stop.join();
        }
    }

    @BothEngines
    void whatOutlastsTheDrainTimeoutIsCut(EngineKind engine) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    peer.request();
                    asked.countDown();
                    peer.awaitEnd();
                });
                Rondo rondo = Rondo.start(on(engine)
                        .backends(backend.port())
                        .drain(LONG, Duration.ofMillis(300))
                        .build());
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/"));
            asked.await();
            rondo.drain(false);
            assertThat(client.rest()).isEmpty();
        }
    }

    /** At the limit of connections others wait in the kernel's queue: they connected in time, and are served. */
    @BothEngines
    void whoWaitsToBeAcceptedIsServed(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Rondo rondo = Rondo.start(on(engine)
                        .backends(backend.port())
                        .maxTcpConnections(2)
                        .drain(LONG, LONG)
                        .build());
                RawClient one = RawClient.connect(rondo.port());
                RawClient two = RawClient.connect(rondo.port())) {
            for (RawClient client : List.of(one, two)) {
                client.send(get("/1"));
                assertThat(client.answer().last()).isFalse();
            }
            try (RawClient waits = RawClient.connect(rondo.port());
                    RawClient waitsToo = RawClient.connect(rondo.port())) {
                waits.send(get("/waits"));
                waitsToo.send(get("/waits"));
                CompletableFuture<Void> stop =
                        CompletableFuture.runAsync(() -> rondo.drain(false), Thread::startVirtualThread);
                for (RawClient client : List.of(waits, waitsToo)) {
                    assertThat(client.answer().body()).isEqualTo("GET|/waits|");
                    client.end();
                    client.finish();
                }
                one.end();
                two.end();
                stop.join();
            }
        }
    }

    private static void awaitRefused(int port) throws Exception {
        while (true) {
            try (RawClient client = RawClient.connect(port)) {
                client.finish();
                client.rest();
            } catch (ConnectException e) {
                return;
            }
        }
    }

    private static int status(Rondo rondo, String path) throws Exception {
        return RawClient.ask(rondo.adminPort(), path).status();
    }
}
