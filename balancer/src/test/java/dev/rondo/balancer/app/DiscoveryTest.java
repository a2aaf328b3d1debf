package dev.rondo.balancer.app;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static dev.rondo.balancer.testkit.PoolChange.change;
import static dev.rondo.balancer.testkit.Slices.pod;
import static dev.rondo.balancer.testkit.Slices.ready;
import static dev.rondo.balancer.testkit.Slices.slice;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.admin.ReloadResult;
import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.ConfigurationLoader;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.Loaded;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.discovery.Whereabouts;
import dev.rondo.balancer.proxy.Graces;
import dev.rondo.balancer.testkit.ApiServerStub;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A balancer whose backends are found while clients are connected. */
@Timeout(60)
class DiscoveryTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    private volatile List<InetAddress> addresses = List.of();

    private List<InetAddress> look(String host) throws UnknownHostException {
        List<InetAddress> now = addresses;
        if (now.isEmpty()) throw new UnknownHostException(host);
        return now;
    }

    private static Configuration with(EngineKind engine, BackendSource source) {
        return on(engine).backends(1).policies(change().source(source)).build();
    }

    private static BackendSource service() {
        return new BackendSource.Kubernetes("api", "shop", "http", false, null, 1, 0);
    }

    private static Surroundings surroundings(Resolver.Lookup lookup, String api) {
        return new Surroundings(lookup, Graces.USUAL).here(new Whereabouts(api, null, false));
    }

    /** All of them are on one machine here, so each has a slice of its own, with its port. */
    private static EndpointSlice alone(String pod, RawBackend backend) {
        return slice(pod, "api", backend.port(), ready(pod, "127.0.0.1"));
    }

    private static String page(Rondo rondo, String path) throws IOException {
        return RawClient.ask(rondo.adminPort(), path).body();
    }

    /** Asks again until what the admin port says is as expected. */
    private static String await(Rondo rondo, String path, Predicate<String> expected) throws IOException {
        long begun = System.nanoTime();
        while (true) {
            String page = page(rondo, path);
            if (expected.test(page)) return page;
            if (System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(30)) throw new AssertionError("it stays " + page);
        }
    }

    private static void awaitEndpoints(Rondo rondo, int count) throws IOException {
        await(rondo, "/metrics", page -> page.contains("rondo_discovery_endpoints{pool=\"default\"} " + count + ".0"));
    }

    private static List<String> answers(RawClient client, int count) throws IOException {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            client.send(get("/"));
            bodies.add(client.answer().body());
        }
        return bodies;
    }

    @BothEngines
    void podsComeAndGoUnderAKeptConnection(EngineKind engine) throws Exception {
        try (ApiServerStub api = ApiServerStub.start();
                RawBackend one = RawBackend.answering(OK.replace("ok", "b1"));
                RawBackend two = RawBackend.answering(OK.replace("ok", "b2"));
                Rondo rondo = Rondo.start(with(engine, service()), surroundings(this::look, api.url()))) {
            api.put(alone("one", one));
            awaitEndpoints(rondo, 1);
            try (RawClient client = RawClient.connect(rondo.port())) {
                assertThat(answers(client, 2)).containsOnly("b1");
                api.put(alone("two", two));
                awaitEndpoints(rondo, 2);
                assertThat(answers(client, 4)).containsExactlyInAnyOrder("b1", "b2", "b1", "b2");
                api.put(slice("one", "api", one.port(), pod("one", "127.0.0.1", false, true, true)));
                awaitEndpoints(rondo, 1);
                assertThat(answers(client, 3)).containsOnly("b2");
                assertThat(page(rondo, "/api/v1/pools"))
                        .contains("\"reason\":\"its pod is terminating\"", "\"of\":\"Service shop/api\"");
                api.delete("one");
                await(rondo, "/api/v1/pools", page -> !page.contains("\"id\":\"one\""));
                assertThat(answers(client, 2)).containsOnly("b2");
                String metrics = page(rondo, "/metrics");
                assertThat(metrics)
                        .as("what has gone is still counted")
                        .contains("rondo_requests_total{backend=\"one\",")
                        .contains("rondo_discovery_failures_total{pool=\"default\"} 0.0");
            }
        }
    }

    @BothEngines
    void readyOnlyOnceSomethingIsFound(EngineKind engine) throws Exception {
        try (ApiServerStub api = ApiServerStub.start();
                RawBackend one = RawBackend.answering(OK)) {
            api.answer(503);
            try (Rondo rondo = Rondo.start(with(engine, service()), surroundings(this::look, api.url()))) {
                String health = await(rondo, "/health/ready", page -> page.contains("remarks"));
                assertThat(health)
                        .contains("the backends of default are not found yet")
                        .contains("Service shop/api is lost: the API server answers 503");
                assertThat(page(rondo, "/health/live")).contains("UP").doesNotContain("DOWN");
                try (RawClient client = RawClient.connect(rondo.port())) {
                    client.send(get("/"));
                    assertThat(client.answer().status()).isEqualTo(503);
                }
                api.put(alone("one", one));
                api.answer(200);
                await(rondo, "/health/ready", page -> page.contains("UP") && !page.contains("DOWN"));
                try (RawClient client = RawClient.connect(rondo.port())) {
                    assertThat(answers(client, 1)).containsExactly("ok");
                }
            }
        }
    }

    @BothEngines
    void aLostServerIsToldAndChangesNothing(EngineKind engine) throws Exception {
        try (ApiServerStub api = ApiServerStub.start();
                RawBackend one = RawBackend.answering(OK)) {
            api.put(alone("one", one));
            try (Rondo rondo = Rondo.start(with(engine, service()), surroundings(this::look, api.url()));
                    RawClient client = connected(rondo)) {
                api.awaitWatches(1);
                api.crash();
                String health = await(rondo, "/health/ready", page -> page.contains("remarks"));
                assertThat(health)
                        .contains("UP", "1 backends known before stay")
                        .doesNotContain("DOWN");
                await(
                        rondo,
                        "/metrics",
                        page -> page.contains("rondo_discovery_failures_total{pool=\"default\"} ")
                                && !page.contains("rondo_discovery_failures_total{pool=\"default\"} 0.0"));
                assertThat(page(rondo, "/metrics")).contains("rondo_discovery_endpoints{pool=\"default\"} 1.0");
                assertThat(answers(client, 3)).containsOnly("ok");
            }
        }
    }

    private static RawClient connected(Rondo rondo) throws IOException {
        awaitEndpoints(rondo, 1);
        return RawClient.connect(rondo.port());
    }

    @BothEngines
    void aNameIsFollowed(EngineKind engine) throws Exception {
        try (RawBackend one = RawBackend.answering(OK)) {
            addresses = List.of(InetAddress.ofLiteral("127.0.0.1"));
            BackendSource web = new BackendSource.Dns("web", one.port(), false, Duration.ofMillis(20), 1, 0);
            try (Rondo rondo = Rondo.start(with(engine, web), surroundings(this::look, "http://127.0.0.1:1"));
                    RawClient client = connected(rondo)) {
                assertThat(answers(client, 2)).containsOnly("ok");
                addresses = List.of(); // the resolver fails
                await(rondo, "/health/ready", page -> page.contains("the name cannot be resolved"));
                assertThat(answers(client, 2)).containsOnly("ok");
                addresses = List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("127.0.0.2"));
                awaitEndpoints(rondo, 2);
                await(rondo, "/health/ready", page -> !page.contains("remarks"));
                assertThat(page(rondo, "/api/v1/pools"))
                        .contains("\"id\":\"127.0.0.2:" + one.port() + "\"", "\"of\":\"DNS name web\"");
            }
        }
    }

    private static void reload(Rondo rondo) {
        assertThat(rondo.reload("test"))
                .isInstanceOfSatisfying(ReloadResult.Taken.class, taken -> assertThat(taken.changed())
                        .isTrue());
    }

    @BothEngines
    void aReloadChangesTheSource(EngineKind engine) throws Exception {
        try (ApiServerStub api = ApiServerStub.start();
                RawBackend one = RawBackend.answering(OK.replace("ok", "b1"));
                RawBackend two = RawBackend.answering(OK.replace("ok", "b2"))) {
            Surroundings surroundings = surroundings(this::look, api.url()).source(this::read);
            try (Rondo rondo = Rondo.start(on(engine).backends(one.port()).build(), surroundings);
                    RawClient client = RawClient.connect(rondo.port())) {
                assertThat(answers(client, 1)).containsExactly("b1");
                api.answer(503);
                write(engine, "{kubernetes: {service: api, namespace: shop}}");
                reload(rondo);
                await(rondo, "/health/ready", page -> page.contains("the API server answers 503"));
                assertThat(answers(client, 2)).as("nobody has answered yet").containsOnly("b1");
                assertThat(page(rondo, "/health/ready"))
                        .as("nor does it matter")
                        .doesNotContain("DOWN");
                api.put(alone("two", two));
                api.answer(200);
                awaitEndpoints(rondo, 1);
                await(rondo, "/api/v1/pools", page -> page.contains("\"id\":\"two\""));
                assertThat(answers(client, 2)).containsOnly("b2");
                write(engine, "[\"http://127.0.0.1:" + one.port() + "\"]");
                reload(rondo);
                assertThat(answers(client, 2)).containsOnly("b1");
                assertThat(page(rondo, "/metrics")).doesNotContain("rondo_discovery_endpoints{");
            }
        }
    }

    private Loaded read() {
        return ConfigurationLoader.load(directory.resolve("rondo.yaml"), Map.of(), Map.of());
    }

    private void write(EngineKind engine, String backends) throws IOException {
        String kind = engine.name().toLowerCase(Locale.ROOT).replace('_', '-');
        Files.writeString(directory.resolve("rondo.yaml"), """
                server: {host: 127.0.0.1, port: 1}
                admin: {host: 127.0.0.1, port: 2}
                engine: %s
                loops: 2
                access-log: off
                backends: %s
                """.formatted(kind, backends));
    }
}
