package dev.rondo.balancer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pool's keys become: balancing, health, outlier detection, retries, hedging. */
class PoliciesTest {
    private static final Path DIRECTORY = Path.of("src/test/resources/config/valid");

    @Test
    void aFileThatSaysNothingGivesTheDefaultsOfTheRecords() {
        PoolConfig pool = pool("");
        assertThat(pool)
                .isEqualTo(new PoolConfig(
                        "default", Strategy.ROUND_ROBIN, pool.backends(), PoolTimeouts.DEFAULT, HeadersConfig.NONE));
        assertThat(pool.balancing()).isEqualTo(Balancing.DEFAULT);
        assertThat(pool.healthCheck()).isNull();
        assertThat(pool.outlierDetection()).isEqualTo(OutlierConfig.DEFAULT);
        assertThat(pool.retry()).isEqualTo(RetryConfig.DEFAULT);
        assertThat(pool.hedge()).isNull();
        assertThat(pool.backends()).extracting(BackendConfig::backup).containsExactly(false);
        assertThat(pool.backends()).extracting(BackendConfig::maxRequests).containsExactly(0);
    }

    @Test
    void everythingThatTheFileSaysIsInTheRecords() {
        Configuration configuration = configuration(DIRECTORY.resolve("policies.yaml"));
        assertThat(configuration.reload()).isEqualTo(new ReloadConfig(false, Duration.ofMillis(250)));
        assertThat(configuration.limits().maxRequestsInFlight()).isEqualTo(5000);
        assertThat(configuration.admin()).isEqualTo(new AdminConfig("::1", 9090, true, null));
        PoolConfig pool = named(configuration, "hashed");
        assertThat(pool.strategy()).isEqualTo(Strategy.CONSISTENT_HASH);
        assertThat(pool.balancing())
                .isEqualTo(new Balancing(
                        new HashOn.Header("X-User"),
                        1.25,
                        0.3,
                        new SlowStart(Duration.ofSeconds(30), 1.5),
                        new QueueConfig(0, Duration.ofMillis(250)),
                        new Affinity(
                                "__Secure-rondo", Duration.ofHours(1), Affinity.SameSite.NONE, true, false, null)));
        assertThat(pool.healthCheck())
                .isEqualTo(new HealthCheckConfig(
                        HealthCheckConfig.Kind.HTTP,
                        "POST",
                        "/health/ready?deep=1",
                        "shop.example.com:8443",
                        new StatusRanges(List.of(new StatusRanges.Range(200, 299), new StatusRanges.Range(404, 404))),
                        "\"status\": \"UP\"",
                        8081,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(4),
                        0,
                        1,
                        1,
                        HealthCheckConfig.Initial.DOWN));
        assertThat(pool.outlierDetection())
                .isEqualTo(new OutlierConfig(
                        true,
                        3,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        100,
                        Duration.ofSeconds(5),
                        3,
                        10,
                        2,
                        3,
                        Duration.ofMinutes(2)));
        assertThat(pool.retry())
                .isEqualTo(new RetryConfig(1, Set.of(RetryOn.CONNECT_FAILURE, RetryOn.RESET), 0, 10, 1 << 20));
        assertThat(pool.hedge()).isEqualTo(new HedgeConfig(0.99, Duration.ZERO));
        assertThat(pool.backends()).extracting(BackendConfig::backup).containsExactly(false, true);
        assertThat(pool.backends()).extracting(BackendConfig::maxRequests).containsExactly(100, 0);
        assertThat(pool.timeouts().attempt()).hasSeconds(10);
        assertThat(pool.timeouts().request()).hasSeconds(30);
    }

    @Test
    void oneWordIsEnough() {
        PoolConfig pool = only("policies-short.yaml");
        assertThat(pool.healthCheck()).isEqualTo(HealthCheckConfig.http("/health/ready"));
        assertThat(pool.balancing().slowStart()).isEqualTo(new SlowStart(Duration.ofSeconds(30), 1));
        assertThat(pool.balancing().affinity())
                .isEqualTo(new Affinity("rondo", null, Affinity.SameSite.LAX, false, true, null));
        assertThat(pool.outlierDetection()).isEqualTo(OutlierConfig.DEFAULT);
        assertThat(pool.retry().attempts()).isEqualTo(3);
        assertThat(pool.hedge()).isEqualTo(HedgeConfig.DEFAULT);
        assertThat(pool("health-check: {type: tcp}").healthCheck()).isEqualTo(HealthCheckConfig.tcp());
    }

    @Test
    void offIsOff() {
        PoolConfig pool = only("policies-off.yaml");
        assertThat(pool.healthCheck()).isNull();
        assertThat(pool.balancing()).isEqualTo(Balancing.DEFAULT);
        assertThat(pool.outlierDetection()).isEqualTo(OutlierConfig.OFF);
        assertThat(pool.retry().attempts()).isZero();
        assertThat(pool.hedge()).isNull();
        assertThat(configuration(DIRECTORY.resolve("policies-off.yaml"))
                        .reload()
                        .watch())
                .isFalse();
    }

    @Test
    void outlierDetectionThatIsOffHasNoThreshold() {
        OutlierConfig off = pool("outlier-detection: {enabled: false, consecutive-failures: 7, latency-factor: 3}")
                .outlierDetection();
        assertThat(off).isEqualTo(OutlierConfig.OFF);
        assertThat(off.consecutiveFailures()).isZero();
        assertThat(off.successRateStdevFactor()).isZero();
        assertThat(off.latencyFactor()).isZero();
        assertThat(off.retryAfterMax()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"client-ip", "path", "header:X-User", "cookie:session"})
    void whatIsHashedIsWrittenAsItIsRead(String text) {
        PoolConfig pool = pool("strategy: rendezvous\nhash-on: \"" + text + "\"");
        assertThat(pool.balancing().hashOn().text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[reset, timeout]", "\"reset, timeout\"", "\"timeout,reset,timeout\""})
    void aListMayBeOneText(String failures) {
        assertThat(pool("retry: {on: " + failures + "}").retry().on()).containsExactly(RetryOn.RESET, RetryOn.TIMEOUT);
    }

    @ParameterizedTest
    @CsvSource({
        // response, request, attempt; what the attempt has
        "10s,     -,       -,       PT10S",
        "10s,     4s,      -,       PT4S",
        "3s,      9s,      -,       PT3S",
        "10s,     -,       20s,     PT20S",
        "-,       -,       -,       PT1M",
        "-,       2s,      -,       PT2S"
    })
    void anAttemptHasAsLongAsItsAnswerOrItsRequest(String response, String request, String attempt, Duration expected) {
        String timeouts = "timeouts: {tunnel: 1h" + member("response", response) + member("request", request)
                + member("attempt", attempt) + "}";
        assertThat(pool(timeouts).timeouts().attempt()).isEqualTo(expected);
    }

    private static String member(String key, String value) {
        return value.equals("-") ? "" : ", " + key + ": " + value;
    }

    @Test
    void statusesAreInTheirRangesAndNowhereElse() {
        StatusRanges statuses = StatusRanges.parse("200-204, 301,404");
        assertThat(List.of(200, 204, 301, 404)).allMatch(statuses::contains);
        assertThat(List.of(100, 199, 205, 300, 302, 403, 405, 599)).noneMatch(statuses::contains);
        assertThat(statuses).hasToString("200-204, 301, 404");
        assertThat(StatusRanges.parse(statuses.toString())).isEqualTo(statuses);
    }

    private static PoolConfig only(String file) {
        return configuration(DIRECTORY.resolve(file)).pools().firstEntry().getValue();
    }

    private static PoolConfig named(Configuration configuration, String pool) {
        @Nullable PoolConfig found = configuration.pools().get(pool);
        if (found == null) throw new AssertionError("no pool " + pool);
        return found;
    }

    private static PoolConfig pool(String text) {
        Loaded loaded = ConfigurationLoader.load(
                text + "\nbackends: [\"http://localhost:5000\"]\n", new Findings("f"), Map.of(), Map.of());
        assertThat(loaded).isInstanceOf(Loaded.Valid.class);
        return ((Loaded.Valid) loaded).configuration().pools().firstEntry().getValue();
    }

    private static Configuration configuration(Path file) {
        Loaded loaded = ConfigurationLoader.load(file, Map.of(), Map.of());
        assertThat(loaded).isInstanceOf(Loaded.Valid.class);
        return ((Loaded.Valid) loaded).configuration();
    }
}
