package dev.rondo.balancer.app;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.proxy.Graces;
import dev.rondo.balancer.testkit.Configurations;
import dev.rondo.balancer.testkit.End;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Idle connections on event loops, which give their thread up and get another when something comes. */
class RestTest {
    private static final Duration LONG = Duration.ofHours(1);

    private static Rondo start(Configurations configured) throws IOException {
        Graces graces = new Graces(Graces.USUAL.body(), Duration.ofNanos(1));
        return Rondo.start(configured.build(), new Surroundings(Resolver::system, graces));
    }

    private static Configurations to(RawBackend backend) {
        return on(EngineKind.EVENT_LOOPS).backends(backend.port()).drain(LONG, LONG);
    }

    private static void awaitResting(Rondo rondo, int count) {
        while (rondo.resting() != count) Thread.onSpinWait();
    }

    @Test
    void aRestingConnectionIsServedAgainAndAgain() throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Rondo rondo = start(to(backend));
                RawClient client = RawClient.connect(rondo.port())) {
            for (int i = 0; i < 5; i++) {
                awaitResting(rondo, 1);
                client.send(get("/" + i));
                assertThat(client.answer().body()).isEqualTo("GET|/" + i + "|");
            }
            awaitResting(rondo, 1);
            client.send(get("/pipelined"));
            client.send(get("/behind"));
            assertThat(client.answer().body()).isEqualTo("GET|/pipelined|");
            assertThat(client.answer().body()).isEqualTo("GET|/behind|");
        }
    }

    @Test
    void aScrapeTellsHowManyRest() throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Rondo rondo = start(to(backend));
                RawClient one = RawClient.connect(rondo.port());
                RawClient other = RawClient.connect(rondo.port())) {
            awaitResting(rondo, 2);
            one.send("G"); // which takes a thread that waits for the rest
            awaitResting(rondo, 1);
            assertThat(RawClient.ask(rondo.adminPort(), "/metrics").body().lines())
                    .contains("rondo_client_connections 2.0", "rondo_client_connections_resting 1.0");
            assertThat(other.received()).isEmpty();
        }
    }

    @Test
    void aRequestThatComesPieceByPieceIsServed() throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Rondo rondo = start(to(backend));
                RawClient client = RawClient.connect(rondo.port())) {
            awaitResting(rondo, 1);
            client.dribble(get("/slow"));
            assertThat(client.answer().body()).isEqualTo("GET|/slow|");
        }
    }

    @Test
    void aClientThatLeavesIsForgotten() throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Rondo rondo = start(to(backend))) {
            try (RawClient client = RawClient.connect(rondo.port())) {
                awaitResting(rondo, 1);
                client.finish();
                assertThat(client.end()).isEqualTo(End.FIN);
            }
            try (RawClient client = RawClient.connect(rondo.port())) {
                awaitResting(rondo, 1);
                client.reset();
            }
            awaitResting(rondo, 0);
        }
    }

    @Test
    void itsTimeRunsOn() throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Rondo rondo = start(to(backend).clientKeepAlive(Duration.ofMillis(300)));
                RawClient client = RawClient.connect(rondo.port())) {
            assertThat(client.end()).isEqualTo(End.FIN);
            assertThat(rondo.resting()).isZero();
        }
    }

    @Test
    void drainingLetsItAskOnceMoreOrEndsIt() throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Rondo rondo = start(to(backend));
                RawClient asks = RawClient.connect(rondo.port());
                RawClient silent = RawClient.connect(rondo.port())) {
            awaitResting(rondo, 2);
            CompletableFuture<Void> stop =
                    CompletableFuture.runAsync(() -> rondo.drain(false), Thread::startVirtualThread);
            awaitResting(rondo, 0);
            asks.send(get("/last"));
            assertThat(asks.answer().last()).isTrue();
            asks.finish();
            assertThat(silent.end()).isEqualTo(End.FIN);
            stop.join();
        }
    }

    @Test
    void aSecondSignalEndsIt() throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Rondo rondo = start(to(backend));
                RawClient client = RawClient.connect(rondo.port())) {
            awaitResting(rondo, 1);
            rondo.hurry();
            rondo.drain(false);
            assertThat(client.rest()).isEmpty();
            assertThat(rondo.resting()).isZero();
        }
    }
}
