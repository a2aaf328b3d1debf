package dev.rondo.balancer.app;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.admin.ReloadResult;
import dev.rondo.balancer.config.ConfigurationLoader;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.Loaded;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.proxy.Graces;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** Another configuration while clients are connected. */
class ReloadTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    private Loaded read() {
        return ConfigurationLoader.load(directory.resolve("rondo.yaml"), Map.of(), Map.of());
    }

    private void write(EngineKind engine, String backends) throws IOException {
        String kind = engine.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        Files.writeString(directory.resolve("rondo.yaml"), """
                server: {host: 127.0.0.1, port: 1}
                admin: {host: 127.0.0.1, port: 2}
                engine: %s
                loops: 2
                access-log: off
                backends: %s
                """.formatted(kind, backends));
    }

    private static String backend(RawBackend backend) {
        return "{id: b" + backend.port() + ", url: \"http://127.0.0.1:" + backend.port() + "\"}";
    }

    private Rondo start(EngineKind engine, RawBackend... backends) throws IOException {
        int[] ports = new int[backends.length];
        for (int i = 0; i < ports.length; i++) ports[i] = backends[i].port();
        return Rondo.start(on(engine).backends(ports).build(), Surroundings.REAL.source(this::read));
    }

    @BothEngines
    void aKeptConnectionGoesOnWithTheNewBackends(EngineKind engine) throws Exception {
        try (RawBackend one = RawBackend.answering(OK.replace("ok", "b1"));
                RawBackend two = RawBackend.answering(OK.replace("ok", "b2"));
                RawBackend three = RawBackend.answering(OK.replace("ok", "b3"));
                Rondo rondo = start(engine, one, two);
                RawClient client = RawClient.connect(rondo.port())) {
            assertThat(answers(client, 2)).containsExactlyInAnyOrder("b1", "b2");
            write(engine, "[" + backend(two) + ", " + backend(three) + "]");
            assertThat(rondo.reload("test"))
                    .isInstanceOfSatisfying(ReloadResult.Taken.class, taken -> assertThat(taken.changed())
                            .isTrue());
            assertThat(answers(client, 4)).containsExactlyInAnyOrder("b2", "b3", "b2", "b3");
            assertThat(two.connections())
                    .as("a backend that stays keeps its connections")
                    .isLessThanOrEqualTo(2);
            assertThat(rondo.reload("test"))
                    .isInstanceOfSatisfying(ReloadResult.Taken.class, taken -> assertThat(taken.changed())
                            .isFalse());
        }
    }

    @BothEngines
    void aBrokenFileChangesNothing(EngineKind engine) throws Exception {
        try (RawBackend one = RawBackend.answering(OK);
                Rondo rondo = start(engine, one);
                RawClient client = RawClient.connect(rondo.port())) {
            assertThat(answers(client, 1)).containsExactly("ok");
            write(engine, "[{url: \"htp://x\"}]");
            assertThat(rondo.reload("test"))
                    .isInstanceOfSatisfying(ReloadResult.Refused.class, refused -> assertThat(refused.problems())
                            .singleElement()
                            .asString()
                            .contains("rondo.yaml:6:", "htp://x"));
            assertThat(answers(client, 2)).containsExactly("ok", "ok");
            String metrics = RawClient.ask(rondo.adminPort(), "/metrics").body();
            assertThat(metrics).contains("rondo_config_last_reload_success 0.0");
            write(engine, "[" + backend(one) + "]");
            assertThat(rondo.reload("test")).isInstanceOf(ReloadResult.Taken.class);
            metrics = RawClient.ask(rondo.adminPort(), "/metrics").body();
            assertThat(metrics).contains("rondo_config_last_reload_success 1.0");
        }
    }

    /** The cursor outlives any number of reloads: whatever window one looks at, the answers are spread evenly. */
    @BothEngines
    void theRotationGoesOnWhereItWas(EngineKind engine) throws Exception {
        try (RawBackend one = RawBackend.answering(OK.replace("ok", "b1"));
                RawBackend two = RawBackend.answering(OK.replace("ok", "b2"));
                RawBackend three = RawBackend.answering(OK.replace("ok", "b3"));
                Rondo rondo = start(engine, one, two, three);
                RawClient client = RawClient.connect(rondo.port())) {
            write(engine, "[" + backend(one) + ", " + backend(two) + ", " + backend(three) + "]");
            List<String> all = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                all.addAll(answers(client, 1));
                rondo.reload("test");
            }
            for (int from = 0; from + 3 <= all.size(); from++) {
                assertThat(all.subList(from, from + 3)).containsExactlyInAnyOrder("b1", "b2", "b3");
            }
        }
    }

    private static List<String> answers(RawClient client, int count) throws IOException {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            client.send(get("/"));
            bodies.add(client.answer().body());
        }
        return bodies;
    }

    /** Each time, not only once: who asks later wants to know as well. */
    @BothEngines
    void whatOnlyAStartCanChangeIsNamed(EngineKind engine) throws Exception {
        try (RawBackend one = RawBackend.answering(OK);
                Rondo rondo = start(engine, one)) {
            write(engine, "[" + backend(one) + "]");
            for (boolean changed : new boolean[] {true, false}) {
                assertThat(rondo.reload("test"))
                        .isEqualTo(new ReloadResult.Taken(
                                changed,
                                List.of(
                                        "server.port stays 0 until the process is started again",
                                        "server.backlog stays 1024 until the process is started again",
                                        "admin.port stays 0 until the process is started again",
                                        "limits.max-idle-upstream stays 64 until the process is started again")));
            }
        }
    }

    /** File descriptors are shared out with it. */
    @BothEngines
    void moreIdleConnectionsThanAtTheStartAreNotKept(EngineKind engine) throws Exception {
        try (RawBackend one = RawBackend.answering(OK);
                Rondo rondo = Rondo.start(
                        on(engine).backends(one.port()).maxIdleUpstream(3).build(),
                        Surroundings.REAL.source(this::read))) {
            String stays = "limits.max-idle-upstream stays 3 until the process is started again";
            write(engine, "[" + backend(one) + "]\nlimits: {max-idle-upstream: 4}");
            assertThat(rondo.reload("test"))
                    .isInstanceOfSatisfying(ReloadResult.Taken.class, taken -> assertThat(taken.warnings())
                            .contains(stays));
            write(engine, "[" + backend(one) + "]\nlimits: {max-idle-upstream: 2}");
            assertThat(rondo.reload("test"))
                    .isInstanceOfSatisfying(ReloadResult.Taken.class, taken -> assertThat(taken.warnings())
                            .doesNotContain(stays));
        }
    }

    /** The drain goes by what the metric says. */
    @BothEngines
    void theTimeToDrainHoldsThatTheFileSaysNow(EngineKind engine) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        Duration hour = Duration.ofHours(1);
        try (RawBackend one = RawBackend.start(peer -> {
                    peer.request();
                    asked.countDown();
                    peer.awaitEnd();
                });
                Rondo rondo = Rondo.start(
                        on(engine).backends(one.port()).drain(hour, hour).build(),
                        Surroundings.REAL.source(this::read));
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/"));
            asked.await();
            write(engine, "[" + backend(one) + "]\ndrain: {delay: 0s, timeout: 300ms}");
            rondo.reload("test");
            assertThat(metrics(rondo)).contains("\nrondo_drain_limit_seconds 0.3\n");
            CompletableFuture.runAsync(() -> rondo.drain(false), Thread::startVirtualThread)
                    .get(60, TimeUnit.SECONDS);
            assertThat(client.rest()).isEmpty();
        }
    }

    @BothEngines
    void aLimitOfConnectionsHoldsAtOnceAndCountsThoseThatAreOpen(EngineKind engine) throws Exception {
        try (RawBackend one = RawBackend.answering(OK);
                Rondo rondo = start(engine, one);
                RawClient client = RawClient.connect(rondo.port())) {
            assertThat(answers(client, 1)).containsExactly("ok");
            write(engine, "[" + backend(one) + "]\nlimits: {max-connections-per-client: 1}");
            rondo.reload("test");
            try (RawClient second = RawClient.connect(rondo.port())) {
                second.send(get("/"));
                assertThat(second.answer().status()).isEqualTo(429);
            }
            assertThat(answers(client, 1)).containsExactly("ok");
            write(engine, "[" + backend(one) + "]");
            rondo.reload("test");
            try (RawClient second = RawClient.connect(rondo.port())) {
                assertThat(answers(second, 1)).containsExactly("ok");
            }
        }
    }

    @BothEngines
    void namesAreLookedUpAsOftenAsIsSaidNow(EngineKind engine) throws Exception {
        CountDownLatch often = new CountDownLatch(5);
        Resolver.Lookup lookup = host -> {
            often.countDown();
            return List.of(InetAddress.getLoopbackAddress());
        };
        try (RawBackend one = RawBackend.answering(OK);
                Rondo rondo = Rondo.start(
                        on(engine)
                                .backend("one.test", one.port())
                                .dnsRefresh(Duration.ofHours(1))
                                .build(),
                        new Surroundings(lookup, Graces.USUAL).source(this::read))) {
            write(engine, "[{id: b, url: \"http://one.test:" + one.port() + "\"}]\ndns-refresh: 10ms");
            assertThat(rondo.reload("test")).isInstanceOf(ReloadResult.Taken.class);
            assertThat(often.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** A backend that is new waits for its first check, one that is gone is asked no more, and so is nobody without checks. */
    @BothEngines
    void checksFollow(EngineKind engine) throws Exception {
        CountDownLatch known = new CountDownLatch(1);
        try (RawBackend one = RawBackend.answering(OK.replace("ok", "b1"));
                RawBackend two = RawBackend.start(peer -> {
                    while (true) {
                        var request = peer.request();
                        if (request == null) return;
                        if (request.target().equals("/health")) known.await();
                        peer.send(OK.replace("ok", "b2"));
                    }
                });
                Rondo rondo = start(engine, one);
                RawClient client = RawClient.connect(rondo.port())) {
            String check = "\nhealth-check: {path: /health, interval: 30s, timeout: 30s, jitter: 0}";
            write(engine, "[" + backend(one) + "]" + check);
            rondo.reload("test");
            awaitState(rondo, one, "up", "passed");
            write(engine, "[" + backend(one) + ", " + backend(two) + "]" + check);
            rondo.reload("test");
            assertThat(state(rondo, two)).contains("\"state\":\"unknown\"");
            assertThat(answers(client, 4)).containsOnly("b1");
            known.countDown();
            awaitState(rondo, two, "up", "passed");
            assertThat(answers(client, 2)).containsExactlyInAnyOrder("b1", "b2");

            write(engine, "[" + backend(two) + "]" + check);
            rondo.reload("test");
            assertThat(answers(client, 2)).containsOnly("b2");
            assertThat(metrics(rondo)).contains("rondo_health_checks_total{backend=\"b" + one.port() + "\"");
            write(engine, "[" + backend(one) + ", " + backend(two) + "]");
            rondo.reload("test");
            assertThat(state(rondo, one)).contains("\"state\":\"up\"", "\"lastCheck\":null", "\"transitions\":[]");
            assertThat(state(rondo, two)).contains("\"state\":\"up\"", "\"lastCheck\":null");
            assertThat(answers(client, 2)).containsExactlyInAnyOrder("b1", "b2");
        }
    }

    private static String state(Rondo rondo, RawBackend backend) throws IOException {
        return RawClient.ask(rondo.adminPort(), "/api/v1/pools/default/backends/b" + backend.port())
                .body();
    }

    private static String metrics(Rondo rondo) throws IOException {
        return RawClient.ask(rondo.adminPort(), "/metrics").body();
    }

    /** Waits until a check has ended so. */
    private static void awaitState(Rondo rondo, RawBackend backend, String state, String check) throws IOException {
        String passed = "rondo_health_checks_total{backend=\"b" + backend.port() + "\",pool=\"default\",result=\""
                + check + "\"} 1.0";
        while (!metrics(rondo).contains(passed) || !state(rondo, backend).contains("\"state\":\"" + state + "\""))
            Thread.onSpinWait();
    }
}
