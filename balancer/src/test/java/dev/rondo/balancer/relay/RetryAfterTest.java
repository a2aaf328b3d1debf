package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.util.List;

/** A backend that says when to come back is left alone until then, from its first such answer on. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class RetryAfterTest {
    private static final String LATER =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n";

    @BothEngines
    void oneAnswerBenches(EngineKind engine) throws Exception {
        try (RawBackend busy = RawBackend.answering(LATER);
                RawBackend good = RawBackend.answering(OK);
                Balancer rondo = on(engine).backends(busy.port(), good.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            for (int i = 0; i < 6; i++) {
                client.send(get("/"));
                assertThat(client.answer().body()).isEqualTo("ok");
            }
            assertThat(busy.requests()).hasSize(1);
            assertThat(rondo.metric("rondo_backend_state", "state=\"ejected\"")).isEqualTo(1);
            assertThat(rondo.metric("rondo_retries_total", "gateway-error")).isEqualTo(1);
        }
    }

    /** Whoever passes on what is behind it says nothing of itself. */
    @BothEngines
    void onlyA503Benches(EngineKind engine) throws Exception {
        for (String status : List.of("502 Bad Gateway", "504 Gateway Timeout")) {
            try (RawBackend relaying = RawBackend.answering(LATER.replace("503 Service Unavailable", status));
                    RawBackend good = RawBackend.answering(OK);
                    Balancer rondo =
                            on(engine).backends(relaying.port(), good.port()).start();
                    RawClient client = RawClient.connect(rondo.port())) {
                for (int i = 0; i < 4; i++) {
                    client.send(get("/"));
                    assertThat(client.answer().body()).isEqualTo("ok");
                }
                assertThat(relaying.requests()).as(status).hasSizeGreaterThan(1);
                assertThat(rondo.metric("rondo_backend_state", "state=\"up\""))
                        .as(status)
                        .isEqualTo(2);
            }
        }
    }

    @BothEngines
    void whereItIsTheLastItsAnswersArePassedOn(EngineKind engine) throws Exception {
        try (RawBackend busy = RawBackend.answering(LATER);
                Balancer rondo = on(engine).backends(busy.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            for (int i = 0; i < 6; i++) {
                client.send(get("/"));
                assertThat(client.answer().values("retry-after")).containsExactly("30");
            }
            assertThat(rondo.metric("rondo_backend_state", "state=\"up\"")).isEqualTo(1);
        }
    }
}
