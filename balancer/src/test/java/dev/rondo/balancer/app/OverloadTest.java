package dev.rondo.balancer.app;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.HealthCheckConfig;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.RefusingPort;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** Too much to do, or nobody to do it: what clients are told, and what whoever watches the process is told. */
class OverloadTest {
    private static int status(Rondo rondo, String path) throws IOException {
        return RawClient.ask(rondo.adminPort(), path).status();
    }

    @BothEngines
    void whatIsTooMuchIsRefusedAndTheAdminPortAnswers(EngineKind engine) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (RawBackend slow = RawBackend.start(peer -> {
                    while (peer.request() != null) {
                        asked.countDown();
                        goOn.await();
                        peer.send(OK);
                    }
                });
                Rondo rondo = Rondo.start(
                        on(engine).backends(slow.port()).maxRequestsInFlight(1).build());
                RawClient first = RawClient.connect(rondo.port());
                RawClient second = RawClient.connect(rondo.port())) {
            first.send(get("/1"));
            asked.await();
            for (int i = 0; i < 3; i++) {
                second.send(get("/2"));
                Answer refused = second.answer();
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.body()).contains("overloaded");
                assertThat(refused.values("retry-after")).isNotEmpty();
            }
            assertThat(status(rondo, "/health/live")).isEqualTo(200);
            assertThat(status(rondo, "/health/ready")).isEqualTo(200);
            // an answer is counted when it has been sent
            String all = "rondo_errors_total{party=\"rondo\",reason=\"overloaded\"} 3.0";
            while (!RawClient.ask(rondo.adminPort(), "/metrics").body().contains(all)) Thread.onSpinWait();
            goOn.countDown();
            assertThat(first.answer().body()).isEqualTo("ok");
            Answer served;
            do { // a request is in work until its client has all of the answer, and a moment longer
                second.send(get("/2"));
                served = second.answer();
            } while (served.status() == 503);
            assertThat(served.body()).isEqualTo("ok");
        }
    }

    /** Restarting it would help nobody: the process is well. */
    @BothEngines
    void withoutABackendItIsAliveAndNotReadyAndSaysWhy(EngineKind engine) throws Exception {
        try (RefusingPort dead = new RefusingPort();
                Rondo rondo = Rondo.start(on(engine)
                        .backends(dead.port())
                        .policies(OverloadTest::checked)
                        .build());
                RawClient client = RawClient.connect(rondo.port())) {
            // until its first check has ended it says that
            while (!RawClient.ask(rondo.adminPort(), "/health/ready")
                    .body()
                    .contains("no pool has a backend that may get a request")) Thread.onSpinWait();
            assertThat(status(rondo, "/health/ready")).isEqualTo(503);
            assertThat(status(rondo, "/health/live")).isEqualTo(200);
            client.send(get("/"));
            Answer refused = client.answer();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.body()).contains("no-healthy-backend");
            assertThat(refused.values("retry-after")).isNotEmpty();
        }
    }

    private static PoolConfig checked(PoolConfig pool) {
        return change().healthCheck(HealthCheckConfig.http("/health")).apply(pool);
    }
}
