package dev.rondo.balancer.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.AccessLogConfig;
import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.ConfigurationLoader;
import dev.rondo.balancer.config.Loaded;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.config.RouteConfig;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;

/**
 * Each file under {@code examples/} is one that {@code rondo check} accepts without a warning, and one that serves: started as it
 * is, but on free ports and with backends of this machine, every route of it leads to the pool that it names.
 */
class ExamplesTest {
    private static final Path EXAMPLES = Path.of("../examples");

    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(EXAMPLES)) {
            return all.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    @TestFactory
    Stream<DynamicTest> isGood() throws IOException {
        return files().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }

    @TestFactory
    Stream<DynamicTest> serves() throws IOException {
        return files().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    try (Running running = Running.of(file)) {
                        running.awaitUp();
                        for (RouteConfig route : running.configuration.routes()) {
                            Answer answer = running.ask(route, "");
                            assertThat(answer.status())
                                    .as("%s: %s", file, route)
                                    .isEqualTo(200);
                            assertThat(answer.body()).as("%s: %s", file, route).startsWith(route.pool() + "/");
                        }
                    }
                }));
    }

    @Test
    void theExamplesAreThoseThatTheIssueAsksForAtLeast() throws IOException {
        assertThat(files().stream().map(file -> file.getFileName().toString()))
                .contains("four-lines.yaml", "canary.yaml", "sticky.yaml", "many-pools.yaml", "strict-timeouts.yaml");
    }

    @Test
    void theCanaryGetsFiveOfAHundredAndItsHostGetsNothingElse() throws Exception {
        try (Running running = Running.of(EXAMPLES.resolve("canary.yaml"))) {
            running.awaitUp();
            List<String> shop = running.bodies(new RouteConfig(null, "/", "shop"), 100);
            assertThat(shop).filteredOn("shop/v2"::equals).hasSize(5);
            assertThat(running.bodies(new RouteConfig("canary.shop.example.com", "/", "canary"), 5))
                    .containsOnly("canary/v2");
        }
    }

    @Test
    void theCookieBringsABrowserBack() throws Exception {
        try (Running running = Running.of(EXAMPLES.resolve("sticky.yaml"))) {
            running.awaitUp();
            RouteConfig route = new RouteConfig(null, "/", "default");
            Set<String> homes = new HashSet<>();
            for (int browser = 0; browser < 4; browser++) {
                Answer first = running.ask(route, "");
                String cookie = first.values("set-cookie").getFirst();
                assertThat(cookie)
                        .startsWith("__Host-shop=")
                        .contains("; Secure")
                        .contains("Path=/");
                String pair = cookie.substring(0, cookie.indexOf(';'));
                for (int i = 0; i < 3; i++) {
                    assertThat(running.ask(route, "Cookie: " + pair + "\r\n").body())
                            .isEqualTo(first.body());
                }
                homes.add(first.body());
            }
            assertThat(homes).containsExactlyInAnyOrder("default/app-1", "default/app-2");
        }
    }

    private static void check(Path file) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line =
                RondoCommand.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int status = line.execute("check", file.toString());
        assertThat(err.toString()).as("problems and warnings").isEmpty();
        assertThat(status).isZero();
        assertThat(out.toString()).contains("is good");
    }

    /** An example that serves, with a backend for each that it names, which answers with the names of its pool and its own. */
    private record Running(Configuration configuration, Balancer rondo, List<RawBackend> backends)
            implements AutoCloseable {
        static Running of(Path file) throws IOException {
            Loaded loaded = ConfigurationLoader.load(file, Map.of(), Map.of());
            assertThat(loaded).isInstanceOf(Loaded.Valid.class);
            List<RawBackend> started = new ArrayList<>();
            Configuration here = here(((Loaded.Valid) loaded).configuration(), started);
            return new Running(here, Balancer.start(here), started);
        }

        private static Configuration here(Configuration c, List<RawBackend> started) throws IOException {
            SequencedMap<String, PoolConfig> pools = new LinkedHashMap<>();
            for (PoolConfig pool : c.pools().values()) {
                List<BackendConfig> backends = new ArrayList<>();
                for (BackendConfig backend : pool.backends()) {
                    String name = pool.name() + "/" + backend.id();
                    RawBackend here = RawBackend.answering("HTTP/1.1 200 OK\r\nDate: Mon, 23 Nov 2026 03:00:00 GMT\r\n"
                            + "Content-Length: " + name.length() + "\r\n\r\n" + name);
                    started.add(here);
                    backends.add(with(backend, Map.of("url", URI.create("http://127.0.0.1:" + here.port()))));
                }
                pools.put(pool.name(), with(pool, Map.of("source", new BackendSource.Listed(backends))));
            }
            return with(
                    c,
                    Map.of(
                            "server",
                            with(c.server(), Map.of("host", "127.0.0.1", "port", 0)),
                            "admin",
                            with(c.admin(), Map.of("host", "127.0.0.1", "port", 0)),
                            "accessLog",
                            new AccessLogConfig(AccessLogConfig.Format.OFF, "-"),
                            "pools",
                            pools));
        }

        /** The record with these components in place of its own; those that are still to be invented stay as they are. */
        private static <R extends Record> R with(R record, Map<String, ?> changes) {
            try {
                List<Class<?>> types = new ArrayList<>();
                List<@Nullable Object> values = new ArrayList<>();
                Set<String> unknown = new HashSet<>(changes.keySet());
                for (RecordComponent each : record.getClass().getRecordComponents()) {
                    types.add(each.getType());
                    unknown.remove(each.getName());
                    Object changed = changes.get(each.getName());
                    values.add(changed != null ? changed : each.getAccessor().invoke(record));
                }
                if (!unknown.isEmpty()) throw new IllegalStateException("no components: " + unknown);
                Class<?> type = record.getClass();
                Constructor<?> whole = type.getDeclaredConstructor(types.toArray(Class<?>[]::new));
                @SuppressWarnings("unchecked") // a record's class makes that record
                R made = (R) whole.newInstance(values.toArray());
                return made;
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Until every backend has passed its first check: before that, it is chance which of a pool are known. */
        void awaitUp() throws IOException {
            rondo.awaitMetric("rondo_backend_state", "state=\"up\"", backends.size());
        }

        /** The answer to a request that this route is meant for; a name below one with an asterisk is any. */
        Answer ask(RouteConfig route, String fields) throws IOException {
            String named = route.host();
            String host = named == null ? "localhost" : named.replace("*", "any");
            try (RawClient client = RawClient.connect(rondo.port())) {
                client.send("GET " + route.pathPrefix() + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n");
                return client.answer();
            }
        }

        List<String> bodies(RouteConfig route, int count) throws IOException {
            List<String> bodies = new ArrayList<>();
            for (int i = 0; i < count; i++) bodies.add(ask(route, "").body());
            return bodies;
        }

        @Override
        public void close() throws IOException {
            rondo.close();
            for (RawBackend backend : backends) backend.close();
        }
    }
}
