package dev.rondo.balancer.app;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.OutlierConfig;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend that does far worse than its pool, though never so often in a row that that alone would eject it. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class OutlierTest {
    private static final String BUSY = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

    private static PoolConfig comparing(PoolConfig pool) {
        OutlierConfig often = new OutlierConfig(
                true,
                5,
                Duration.ofHours(1),
                Duration.ofHours(1),
                50,
                Duration.ofMillis(1),
                5,
                20,
                1.9,
                0,
                Duration.ZERO);
        return change().outliers(often).apply(pool);
    }

    /** 503 to three requests of ten: the second, the fifth and the eighth. */
    private static RawBackend flaky() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        return RawBackend.start(peer -> {
            while (peer.request() != null) peer.send(asked.incrementAndGet() % 10 % 3 == 2 ? BUSY : OK);
        });
    }

    @BothEngines
    void whoFailsThreeOfTenIsEjected(EngineKind engine) throws Exception {
        List<RawBackend> backends = new ArrayList<>();
        try (RawBackend flaky = flaky()) {
            int[] ports = new int[6];
            ports[0] = flaky.port();
            for (int i = 1; i < ports.length; i++) {
                backends.add(RawBackend.answering(OK));
                ports[i] = backends.get(i - 1).port();
            }
            try (Rondo rondo = Rondo.start(on(engine)
                            .backends(ports)
                            .policies(OutlierTest::comparing)
                            .build());
                    RawClient client = RawClient.connect(rondo.port())) {
                String ejected = "rondo_ejections_total{backend=\"b" + ports[0]
                        + "\",pool=\"default\",reason=\"success-rate\"} 1.0";
                for (int rounds = 0; !metrics(rondo).contains(ejected); rounds++) {
                    assertThat(rounds).isLessThan(1_000);
                    for (int i = 0; i < 600; i++) {
                        client.send(get("/"));
                        assertThat(client.answer().status()).isEqualTo(200); // the failures are repeated elsewhere
                    }
                }
                assertThat(RawClient.ask(rondo.adminPort(), "/api/v1/pools/default/backends/b" + ports[0])
                                .body())
                        .contains("\"state\":\"ejected\"", "success rate of ", "where the pool's mean is ");
            }
        } finally {
            for (RawBackend backend : backends) backend.close();
        }
    }

    private static String metrics(Rondo rondo) throws IOException {
        return RawClient.ask(rondo.adminPort(), "/metrics").body();
    }
}
