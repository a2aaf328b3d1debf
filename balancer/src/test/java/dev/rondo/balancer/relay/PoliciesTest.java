package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.Messages.post;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.Affinity;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.HealthCheckConfig;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.config.PoolTimeouts;
import dev.rondo.balancer.config.QueueConfig;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a pool's policies do to requests: waiting for room, affinity, ejection, active checks. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class PoliciesTest {
    private static final String BUSY = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

    private static UnaryOperator<PoolConfig> with(
            QueueConfig queue, @Nullable Affinity affinity, @Nullable HealthCheckConfig check) {
        return change().balancing(queue, affinity).healthCheck(check);
    }

    private static Answer ask(Balancer rondo, String request, String method) throws Exception {
        try (RawClient client = RawClient.connect(rondo.port())) {
            client.send(request);
            return client.answer(method);
        }
    }

    @BothEngines
    void aRequestWaitsForRoomAndTheNextIsRefused(EngineKind engine) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    while (peer.request() != null) {
                        asked.countDown();
                        goOn.await();
                        peer.send(OK);
                    }
                });
                Balancer rondo = on(engine)
                        .backend(backend.port(), 1)
                        .policies(with(new QueueConfig(1, Duration.ofSeconds(30)), null, null))
                        .start();
                RawClient first = RawClient.connect(rondo.port());
                RawClient second = RawClient.connect(rondo.port());
                RawClient third = RawClient.connect(rondo.port())) {
            first.send(get("/1"));
            asked.await();
            second.send(get("/2"));
            rondo.awaitMetric("rondo_requests_waiting", "", 1);
            third.send(get("/3"));
            Answer refused = third.answer();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.body()).contains("queue-full");
            assertThat(refused.values("retry-after")).isNotEmpty();
            goOn.countDown();
            assertThat(first.answer().body()).isEqualTo("ok");
            assertThat(second.answer().body()).isEqualTo("ok");
            rondo.awaitMetric("rondo_requests_waiting", "", 0);
        }
    }

    @BothEngines
    void whoLeavesTheLineIsNotSent(EngineKind engine) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    while (peer.request() != null) {
                        asked.countDown();
                        goOn.await();
                        peer.send(OK);
                    }
                });
                Balancer rondo = on(engine)
                        .backend(backend.port(), 1)
                        .policies(with(new QueueConfig(8, Duration.ofSeconds(30)), null, null))
                        .start();
                RawClient first = RawClient.connect(rondo.port());
                RawClient second = RawClient.connect(rondo.port())) {
            first.send(get("/1"));
            asked.await();
            second.send(get("/2"));
            rondo.awaitMetric("rondo_requests_waiting", "", 1);
            second.leave();
            rondo.awaitMetric("rondo_requests_waiting", "", 0);
            goOn.countDown();
            assertThat(first.answer().body()).isEqualTo("ok");
            backend.takeRequest();
            assertThat(backend.requests()).isEmpty();
        }
    }

    @BothEngines
    void tooLongInTheLineIs503(EngineKind engine) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    while (peer.request() != null) {
                        asked.countDown();
                        goOn.await();
                        peer.send(OK);
                    }
                });
                Balancer rondo = on(engine)
                        .backend(backend.port(), 1)
                        .policies(with(new QueueConfig(8, Duration.ofMillis(50)), null, null))
                        .start();
                RawClient first = RawClient.connect(rondo.port())) {
            first.send(get("/1"));
            asked.await();
            Answer late = ask(rondo, get("/2"), "GET");
            assertThat(late.status()).isEqualTo(503);
            assertThat(late.body()).contains("queue-timeout");
            assertThat(late.values("retry-after")).isNotEmpty();
            goOn.countDown();
            assertThat(first.answer().body()).isEqualTo("ok");
        }
    }

    @BothEngines
    void theTimeOfTheWholeRequestEndsInTheLineToo(EngineKind engine) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        UnaryOperator<PoolConfig> patient = with(new QueueConfig(8, Duration.ofSeconds(30)), null, null);
        Duration all = Duration.ofMillis(200);
        Duration ample = Duration.ofSeconds(30);
        PoolTimeouts timeouts = new PoolTimeouts(all, all, all, all, ample, ample, ample, ample);
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() == null) return;
                    if (peer.index() == 0)
                        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no"); // and holds its place
                    begun.countDown();
                    over.await();
                });
                Balancer rondo = on(engine)
                        .backend(backend.port(), 1)
                        .policies(pool -> change().timeouts(timeouts).apply(patient.apply(pool)))
                        .start();
                RawClient first = RawClient.connect(rondo.port())) {
            first.send(get("/1"));
            begun.await();
            Answer late = ask(rondo, get("/2"), "GET");
            assertThat(late.status()).isEqualTo(504);
            assertThat(late.body()).contains("response-timeout");
            over.countDown();
        }
    }

    @BothEngines
    void aCookieComesWithASwitchOfProtocolsToo(EngineKind engine) throws Exception {
        Affinity affinity = new Affinity("lb", Duration.ofHours(1), Affinity.SameSite.LAX, false, true, null);
        String switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        try (RawBackend one = RawBackend.answering(switched);
                Balancer rondo = on(engine)
                        .backends(one.port())
                        .policies(with(QueueConfig.DEFAULT, affinity, null))
                        .start()) {
            String upgrade = "GET / HTTP/1.1\r\nHost: lb.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
            Answer first = ask(rondo, upgrade + "\r\n", "GET");
            assertThat(first.status()).isEqualTo(101);
            String cookie = first.values("set-cookie").getFirst();
            assertThat(cookie).startsWith("lb=");
            String pair = cookie.substring(0, cookie.indexOf(';'));
            Answer again = ask(rondo, upgrade + "Cookie: " + pair + "\r\n\r\n", "GET");
            assertThat(again.status()).isEqualTo(101);
            assertThat(again.values("set-cookie")).isEmpty();
        }
    }

    @BothEngines
    void aCookieBringsAClientBack(EngineKind engine) throws Exception {
        Affinity affinity = new Affinity("lb", Duration.ofHours(1), Affinity.SameSite.LAX, false, true, null);
        try (RawBackend one = RawBackend.answering(OK);
                RawBackend other = RawBackend.answering(OK.replace("ok", "OK"));
                Balancer rondo = on(engine)
                        .backends(one.port(), other.port())
                        .policies(with(QueueConfig.DEFAULT, affinity, null))
                        .start()) {
            Answer first = ask(rondo, get("/"), "GET");
            String cookie = first.values("set-cookie").getFirst();
            assertThat(cookie).matches("lb=[A-Za-z0-9_-]{22}; Path=/; Max-Age=3600; SameSite=Lax; HttpOnly");
            String pair = cookie.substring(0, cookie.indexOf(';'));
            for (int i = 0; i < 5; i++) {
                Answer again =
                        ask(rondo, "GET / HTTP/1.1\r\nHost: lb.test\r\nCookie: a=b; " + pair + "; c=d\r\n\r\n", "GET");
                assertThat(again.body()).isEqualTo(first.body());
                assertThat(again.values("set-cookie")).isEmpty();
            }
            Set<String> bodies = new HashSet<>();
            for (int i = 0; i < 4; i++) {
                Answer forged = ask(rondo, "GET / HTTP/1.1\r\nHost: lb.test\r\nCookie: lb=made-up\r\n\r\n", "GET");
                bodies.add(forged.body());
                assertThat(forged.values("set-cookie")).hasSize(1);
            }
            assertThat(bodies).hasSize(2);
        }
    }

    @BothEngines
    void fiveFailuresInARowEject(EngineKind engine) throws Exception {
        try (RawBackend busy = RawBackend.answering(BUSY);
                RawBackend good = RawBackend.answering(OK);
                Balancer rondo = on(engine).backends(busy.port(), good.port()).start()) {
            int failed = 0;
            for (int i = 0; i < 20; i++) if (ask(rondo, post("/", "x"), "POST").status() == 503) failed++;
            assertThat(failed).isEqualTo(5);
            assertThat(rondo.metric("rondo_ejections_total", "b" + busy.port())).isEqualTo(1);
            assertThat(rondo.metric("rondo_backend_up", "b" + busy.port())).isZero();
            assertThat(rondo.metric("rondo_backend_state", "ejected")).isEqualTo(1);
        }
    }

    @BothEngines
    void theLastOneIsNeverEjected(EngineKind engine) throws Exception {
        try (RawBackend busy = RawBackend.answering(BUSY);
                Balancer rondo = on(engine).backends(busy.port()).start()) {
            for (int i = 0; i < 20; i++)
                assertThat(ask(rondo, post("/", "x"), "POST").status()).isEqualTo(503);
            assertThat(rondo.metric("rondo_backend_up", "b" + busy.port())).isEqualTo(1);
        }
    }

    @BothEngines
    void aBackendThatFailsItsChecksGetsNothing(EngineKind engine) throws Exception {
        try (RawBackend sick = RawBackend.start(peer -> {
                    while (true) {
                        var request = peer.request();
                        if (request == null) return;
                        peer.send(request.target().equals("/health") ? BUSY : OK.replace("ok", "no"));
                    }
                });
                RawBackend good = RawBackend.answering(OK);
                Balancer rondo = on(engine)
                        .backends(sick.port(), good.port())
                        .policies(with(QueueConfig.DEFAULT, null, HealthCheckConfig.http("/health")))
                        .start()) {
            rondo.awaitMetric("rondo_backend_state", "state=\"down\"", 1);
            rondo.awaitMetric("rondo_backend_state", "state=\"up\"", 1);
            for (int i = 0; i < 6; i++)
                assertThat(ask(rondo, get("/"), "GET").body()).isEqualTo("ok");
        }
    }
}
