package dev.rondo.balancer.listener;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.util.List;

/** How many connections are taken, in all and of one client. */
class ConnectionLimitsTest {
    private static void ask(RawClient client, String target) throws Exception {
        client.send(get(target));
        assertThat(client.answer().body()).isEqualTo("GET|" + target + "|");
    }

    @BothEngines
    void oneMoreThanTheLimitWaitsForItsTurn(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo =
                        on(engine).backends(backend.port()).maxTcpConnections(2).start();
                RawClient one = RawClient.connect(rondo.port());
                RawClient two = RawClient.connect(rondo.port())) {
            ask(one, "/1");
            ask(two, "/2");
            try (RawClient three = RawClient.connect(rondo.port())) {
                three.send(get("/3"));
                for (int i = 0; i < 100; i++) {
                    ask(one, "/1");
                    ask(two, "/2");
                }
                assertThat(backend.requests())
                        .noneMatch(request -> request.target().equals("/3"));
                one.finish();
                assertThat(three.answer().body()).isEqualTo("GET|/3|");
                ask(two, "/2");
            }
            for (int i = 0; i < 20; i++) {
                try (RawClient next = RawClient.connect(rondo.port())) {
                    ask(next, "/next");
                }
            }
        }
    }

    @BothEngines
    void eachClientHasItsOwnLimit(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = on(engine)
                        .backends(backend.port())
                        .proxyProtocol()
                        .maxConnectionsPerClient(2)
                        .start();
                RawClient one = RawClient.connect(rondo.port());
                RawClient two = RawClient.connect(rondo.port());
                RawClient other = RawClient.connect(rondo.port())) {
            String client = "PROXY TCP4 203.0.113.7 192.0.2.1 51234 80\r\n";
            one.send(client);
            ask(one, "/1");
            two.send(client);
            ask(two, "/2");
            for (int i = 0; i < 3; i++) {
                try (RawClient three = RawClient.connect(rondo.port())) {
                    three.send(client + get("/3"));
                    Answer refused = three.answer();
                    assertThat(refused.status()).isEqualTo(429);
                    assertThat(refused.body()).contains("too-many-connections");
                    assertThat(refused.last()).isTrue();
                    assertThat(three.rest()).isEmpty();
                }
            }
            other.send("PROXY TCP4 203.0.113.8 192.0.2.1 51234 80\r\n");
            ask(other, "/other");
            ask(two, "/2");
            assertThat(backend.requests()).noneMatch(request -> request.target().equals("/3"));

            one.finish();
            one.rest();
            awaitTaken(rondo, client + get("/4"));
        }
    }

    /** Asks until it is not refused: the place of another is free a moment after its connection has ended. */
    private static void awaitTaken(Balancer rondo, String request) throws Exception {
        List<Integer> expected = List.of(200, 429);
        int status = 429;
        while (status == 429) {
            try (RawClient client = RawClient.connect(rondo.port())) {
                client.send(request);
                status = client.answer().status();
                assertThat(status).isIn(expected);
            }
        }
    }
}
