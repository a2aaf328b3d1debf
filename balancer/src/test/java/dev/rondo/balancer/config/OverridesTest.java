package dev.rondo.balancer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Variables over the file, properties over both. */
class OverridesTest {
    private static final String FILE = """
            server: {port: 1000}
            backends: [{id: a, url: "http://a"}, {id: b, url: "http://b"}]
            log: {levels: {dev.rondo: debug}}
            """;

    @Test
    void propertyWinsOverVariableOverFile() {
        assertThat(port(Map.of(), Map.of())).isEqualTo(1000);
        assertThat(port(Map.of("RONDO_SERVER_PORT", "2000"), Map.of())).isEqualTo(2000);
        assertThat(port(Map.of("RONDO_SERVER_PORT", "2000"), Map.of("rondo.server.port", "3000")))
                .isEqualTo(3000);
    }

    @Test
    void underscoreStandsForDotAndDash() {
        Loaded.Valid valid =
                valid(Map.of("RONDO_SERVER_MAX_TCP_CONNECTIONS", "7", "RONDO_DNS_REFRESH", "9s"), Map.of());
        assertThat(valid.configuration().server().maxTcpConnections()).isEqualTo(7);
        assertThat(valid.configuration().dnsRefresh()).hasSeconds(9);
        assertThat(valid.effective().toString())
                .contains("max-tcp-connections: 7", "# environment variable RONDO_DNS_REFRESH");
    }

    @Test
    void oneItemOfAList() {
        Configuration configuration =
                valid(Map.of("RONDO_BACKENDS_1_WEIGHT", "0"), Map.of()).configuration();
        assertThat(configuration.pools().firstEntry().getValue().backends())
                .extracting(BackendConfig::weight)
                .containsExactly(1, 0);
    }

    @Test
    void aWholeListReplacesThatOfTheFile() {
        Configuration configuration = valid(
                        Map.of("RONDO_BACKENDS", "http://x:1, http://y:2,http://z:3"),
                        Map.of("rondo.trusted-proxies", "10.0.0.0/8,::1"))
                .configuration();
        assertThat(configuration.pools().firstEntry().getValue().backends())
                .extracting(BackendConfig::id)
                .containsExactly("x:1", "y:2", "z:3");
        assertThat(configuration.trustedProxies()).hasSize(2);
    }

    @Test
    void aPropertyMayNameALoggerThatTheFileDoesNot() {
        assertThat(valid(Map.of(), Map.of("rondo.log.levels.a.b", "trace"))
                        .configuration()
                        .log()
                        .levels())
                .containsExactly(
                        Map.entry("root", System.Logger.Level.INFO),
                        Map.entry("dev.rondo", System.Logger.Level.DEBUG),
                        Map.entry("a.b", System.Logger.Level.TRACE));
    }

    @Test
    void whatKubernetesInjectsForServicesIsIgnoredAndListed() {
        Map<String, String> environment = Map.of(
                "RONDO_PORT", "tcp://10.96.0.1:8080",
                "RONDO_SERVICE_HOST", "10.96.0.1",
                "RONDO_SERVICE_PORT", "8080",
                "RONDO_PORT_8080_TCP", "tcp://10.96.0.1:8080",
                "RONDO_ADMIN_PORT", "tcp://10.96.0.2:9090",
                "ADMIN_PORT", "tcp://10.96.0.2:9090",
                "PATH", "/bin");
        Loaded.Valid valid = valid(environment, Map.of("java.version", "25"));
        assertThat(valid.configuration().admin().port()).isEqualTo(9090);
        assertThat(valid.effective().ignored())
                .containsExactly(
                        "RONDO_ADMIN_PORT",
                        "RONDO_PORT",
                        "RONDO_PORT_8080_TCP",
                        "RONDO_SERVICE_HOST",
                        "RONDO_SERVICE_PORT");
        assertThat(valid.effective().toString()).contains("# ignored: environment variable RONDO_SERVICE_HOST\n");
    }

    @Test
    void whatIsWrongIsSaidWithTheNameOfItsSource() {
        assertThat(problems(
                        Map.of("RONDO_SERVER_PORT", "70000", "RONDO_BACKENDS", "b:1"),
                        Map.of("rondo.engin", "auto", "rondo.timeouts.connect", "2", "rondo.colour", "red")))
                .containsExactly(
                        "RONDO_BACKENDS backends[0].url: \"b:1\" has no scheme; write http://b:1",
                        "RONDO_SERVER_PORT server.port: \"70000\" is not a port; use 1 to 65535",
                        "rondo.colour sets no key that there is; docs/configuration.md lists the keys",
                        "rondo.engin sets no key that there is (did you mean \"rondo.engine\"?)",
                        "rondo.timeouts.connect timeouts.connect: \"2\" has no unit; write 2s or 2ms");
    }

    @Test
    void aRuleBetweenValuesNamesTheSourceOfTheOneToChange() {
        assertThat(problems(Map.of("RONDO_TIMEOUTS_CONNECT", "2m"), Map.of()))
                .containsExactly(
                        "RONDO_TIMEOUTS_CONNECT timeouts.connect: 2m is longer than response, which is 1m and contains it");
    }

    @Test
    void aVariableThatFitsTwoKeysIsRefused() {
        String file =
                "pools: {a-b: {backends: [\"http://a\"]}, a_b: {backends: [\"http://a\"]}}\nroutes: [{pool: a-b}]\n";
        Loaded loaded = ConfigurationLoader.load(
                file, new Findings("f"), Map.of("RONDO_POOLS_A_B_STRATEGY", "round-robin"), Map.of());
        assertThat(((Loaded.Broken) loaded).problems().getFirst())
                .hasToString("RONDO_POOLS_A_B_STRATEGY is both pools.a-b.strategy and pools.a_b.strategy;"
                        + " set the system property rondo.pools.a-b.strategy instead");
    }

    @Test
    void aPolicyCanBeNamedByItsShortForm() {
        PoolConfig pool = valid(
                        Map.of("RONDO_HEALTH_CHECK", "/health", "RONDO_RETRY", "off"),
                        Map.of("rondo.hedge", "on", "rondo.outlier-detection", "off", "rondo.slow-start", "5s"))
                .configuration()
                .pools()
                .firstEntry()
                .getValue();
        assertThat(pool.healthCheck()).isEqualTo(HealthCheckConfig.http("/health"));
        assertThat(pool.retry().attempts()).isZero();
        assertThat(pool.hedge()).isEqualTo(HedgeConfig.DEFAULT);
        assertThat(pool.outlierDetection()).isEqualTo(OutlierConfig.OFF);
        assertThat(pool.balancing().slowStart()).isEqualTo(new SlowStart(Duration.ofSeconds(5), 1));
    }

    @Test
    void aKeyInsideOfAPolicyThatIsOffBringsItIn() {
        Loaded.Valid valid = valid(
                Map.of("RONDO_HEALTH_CHECK_PATH", "/h", "RONDO_HEALTH_CHECK_EXPECT", "200, 204"),
                Map.of("rondo.retry.on", "reset,timeout"));
        PoolConfig pool = valid.configuration().pools().firstEntry().getValue();
        HealthCheckConfig check = pool.healthCheck();
        assertThat(check == null ? "" : check.expect().toString()).isEqualTo("200, 204");
        assertThat(pool.retry().on()).containsExactly(RetryOn.RESET, RetryOn.TIMEOUT);
        assertThat(valid.effective().toString()).contains("interval: 2s", "# environment variable RONDO_HEALTH_CHECK");
    }

    @Test
    void aKeyInsideOfAPolicyIsNotEnoughForIt() {
        assertThat(problems(Map.of("RONDO_HEALTH_CHECK_INTERVAL", "5s"), Map.of("rondo.affinity.ttl", "1h")))
                .containsExactly(
                        "RONDO_HEALTH_CHECK_INTERVAL health-check.path: is missing; for example path: /health/ready,"
                                + " or else type: tcp",
                        "rondo.affinity.ttl affinity.cookie: is missing; for example cookie: rondo");
    }

    @Test
    void whatTheFileHasSwitchedOnAVariableSwitchesOff() {
        Loaded loaded = ConfigurationLoader.load(
                "health-check: {path: /h, interval: 9s}\nhedge: on\nbackends: [\"http://a\"]\n",
                new Findings("f"),
                Map.of("RONDO_HEALTH_CHECK", "off", "RONDO_HEDGE", "false"),
                Map.of());
        PoolConfig pool =
                ((Loaded.Valid) loaded).configuration().pools().firstEntry().getValue();
        assertThat(pool.healthCheck()).isNull();
        assertThat(pool.hedge()).isNull();
    }

    @Test
    void aPolicyAtTheTopIsForThePoolAtTheTop() {
        Loaded loaded = ConfigurationLoader.load(
                "pools: {a: {backends: [\"http://a\"]}}\n",
                new Findings("f"),
                Map.of("RONDO_QUEUE_SIZE", "5", "RONDO_POOLS_A_QUEUE_SIZE", "6"),
                Map.of());
        assertThat(((Loaded.Broken) loaded).problems())
                .extracting(Problem::toString)
                .containsExactly("RONDO_QUEUE_SIZE queue: says nothing without backends beside it;"
                        + " move it into the pool it is meant for");
    }

    private static int port(Map<String, String> environment, Map<String, String> properties) {
        return valid(environment, properties).configuration().server().port();
    }

    private static List<String> problems(Map<String, String> environment, Map<String, String> properties) {
        Loaded loaded = ConfigurationLoader.load(FILE, new Findings("f"), environment, properties);
        assertThat(loaded).isInstanceOf(Loaded.Broken.class);
        return ((Loaded.Broken) loaded)
                .problems().stream().map(Problem::toString).toList();
    }

    private static Loaded.Valid valid(Map<String, String> environment, Map<String, String> properties) {
        Loaded loaded = ConfigurationLoader.load(FILE, new Findings("f"), environment, properties);
        assertThat(loaded).isInstanceOf(Loaded.Valid.class);
        return (Loaded.Valid) loaded;
    }
}
