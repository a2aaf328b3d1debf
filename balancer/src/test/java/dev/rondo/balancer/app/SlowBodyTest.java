package dev.rondo.balancer.app;

import static dev.rondo.balancer.testkit.Configurations.on;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.proxy.Graces;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.time.Duration;

/** {@code timeouts.request-body-rate}, with a short time before it counts. */
class SlowBodyTest {
    private static final Surroundings QUICK =
            new Surroundings(Resolver::system, new Graces(Duration.ofMillis(200), Graces.USUAL.thread()));
    private static final String HEAD = "POST / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 5000\r\n\r\n";

    private static Rondo start(EngineKind engine, int backend, int rate) throws Exception {
        return Rondo.start(on(engine).backends(backend).requestBodyRate(rate).build(), QUICK);
    }

    @BothEngines
    void aBodyThatStopsIsGivenUpLongBeforeTheIdleTimeout(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Rondo rondo = start(engine, backend.port(), 10_000);
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(HEAD + "x");
            Answer answer = client.answer("POST");
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.body()).contains("request-body-timeout");
            assertThat(answer.last()).isTrue();
            assertThat(backend.requests()).isEmpty();
        }
    }

    @BothEngines
    void aBodyThatIsFastEnoughIsTaken(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Rondo rondo = start(engine, backend.port(), 1);
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(HEAD + "x".repeat(2_000));
            client.send("x".repeat(3_000));
            assertThat(client.answer("POST").status()).isEqualTo(200);
        }
    }
}
