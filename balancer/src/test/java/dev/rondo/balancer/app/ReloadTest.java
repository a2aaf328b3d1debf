package dev.rondo.balancer.app;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.admin.ReloadResult;
import dev.rondo.balancer.config.ConfigurationLoader;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.Loaded;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
            assertThat(rondo.reload("test")).isEqualTo(new ReloadResult.Taken(true));
            assertThat(answers(client, 4)).containsExactlyInAnyOrder("b2", "b3", "b2", "b3");
            assertThat(two.connections())
                    .as("a backend that stays keeps its connections")
                    .isLessThanOrEqualTo(2);
            assertThat(rondo.reload("test")).isEqualTo(new ReloadResult.Taken(false));
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
}
