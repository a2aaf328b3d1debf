package dev.rondo.balancer.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.RetryOn;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.NativeHistogramBucket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TelemetryTest {
    private static final BackendLabels ONE = Exchanges.ONE;
    private static final BackendLabels TWO = Exchanges.TWO;
    private static final String LABELS_ONE = "{backend=\"server-1\",pool=\"default\"}";

    private final Telemetry telemetry = new Telemetry(2, null);
    private final Recorder first = telemetry.recorder(0);
    private final Recorder second = telemetry.recorder(1);

    private static Exposition scrape(Telemetry telemetry) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(out, telemetry.registry().scrape());
        return Exposition.parse(out.toString(StandardCharsets.UTF_8));
    }

    private static String requests(String backend, String code, String method, String pool) {
        return "rondo_requests_total{backend=\"" + backend + "\",code=\"" + code + "\",method=\"" + method
                + "\",pool=\"" + pool + "\"}";
    }

    @Test
    void addsTheLanesUp() throws IOException {
        first.record(Exchanges.answered(ONE, "GET", 200, 1_000_000));
        first.record(Exchanges.answered(ONE, "GET", 200, 1_000_000));
        second.record(Exchanges.answered(ONE, "GET", 200, 3_000_000));
        second.record(Exchanges.answered(ONE, "POST", 503, 1_000_000));
        Exposition metrics = scrape(telemetry);
        assertThat(metrics.value(requests("server-1", "200", "GET", "default"))).isEqualTo(3);
        assertThat(metrics.value(requests("server-1", "503", "POST", "default")))
                .isEqualTo(1);
        assertThat(metrics.value("rondo_request_duration_seconds_count" + LABELS_ONE))
                .isEqualTo(4);
        assertThat(metrics.value("rondo_request_duration_seconds_sum" + LABELS_ONE))
                .isEqualTo(0.006);
        assertThat(metrics.value("rondo_upstream_duration_seconds_sum" + LABELS_ONE))
                .isEqualTo(0.003);
        assertThat(telemetry.totals().apply(ONE).requests()).isEqualTo(4);
    }

    @Test
    void inventedMethodsAndImpossibleCodesMakeNoSeriesOfTheirOwn() throws IOException {
        first.record(Exchanges.answered(ONE, "GETT", 200, 5));
        first.record(Exchanges.answered(ONE, "get", 200, 5));
        first.record(Exchanges.answered(ONE, "PATCH", 12_345, 5));
        Exposition metrics = scrape(telemetry);
        assertThat(metrics.value(requests("server-1", "200", "OTHER", "default")))
                .isEqualTo(2);
        assertThat(metrics.value(requests("server-1", "0", "PATCH", "default"))).isEqualTo(1);
    }

    @Test
    void requestsThatReachedNoBackendHaveEmptyLabels() throws IOException {
        first.record(Exchanges.refused(null, Reason.NO_ROUTE, 404));
        second.record(Exchanges.refused("default", Reason.NO_HEALTHY_BACKEND, 503));
        Exposition metrics = scrape(telemetry);
        assertThat(metrics.value(requests("", "404", "GET", ""))).isEqualTo(1);
        assertThat(metrics.value(requests("", "503", "GET", "default"))).isEqualTo(1);
        assertThat(metrics.value("rondo_errors_total{party=\"rondo\",reason=\"no-route\"}"))
                .isEqualTo(1);
        assertThat(metrics.value("rondo_errors_total{party=\"rondo\",reason=\"no-healthy-backend\"}"))
                .isEqualTo(1);
        assertThat(metrics.value("rondo_errors_total{party=\"client\",reason=\"bad-request\"}"))
                .isZero();
        assertThat(metrics.samples().keySet()).noneMatch(name -> name.contains("\"ok\""));
        assertThat(metrics.samples().keySet())
                .noneMatch(name -> name.startsWith("rondo_requests_in_flight{backend=\"\""));
    }

    @Test
    void aPoolThatHasGoneIsForgotten() throws IOException {
        first.record(Exchanges.refused("default", Reason.NO_HEALTHY_BACKEND, 503));
        first.record(Exchanges.refused("gone", Reason.NO_HEALTHY_BACKEND, 503));
        first.forgetPool("gone");
        second.forgetPool("gone");
        assertThat(scrape(telemetry).samples().keySet())
                .noneMatch(name -> name.contains("\"gone\""))
                .anyMatch(name -> name.equals(requests("", "503", "GET", "default")));
        first.record(Exchanges.refused("gone", Reason.NO_HEALTHY_BACKEND, 503));
        assertThat(scrape(telemetry).value(requests("", "503", "GET", "gone"))).isEqualTo(1);
    }

    /** Refused by the first, answered by the second. */
    private static Exchange repeated() {
        return Exchanges.exchange(
                "GET",
                "/",
                "default",
                List.of(
                        Exchanges.attempt(ONE, Reason.CONNECT_REFUSED, 0, 500_000),
                        Exchanges.attempt(TWO, Reason.OK, 200, 500_000)),
                200,
                1_000_000,
                Reason.OK);
    }

    /** A download may go on for hours after the backend that was asked first has gone. */
    @Test
    void whatEndsLateDoesNotBringAForgottenBackendBack() throws IOException {
        first.picked(ONE);
        first.forget(ONE);
        first.record(repeated());
        Exposition metrics = scrape(telemetry);
        assertThat(metrics.samples().keySet()).noneMatch(name -> name.contains("\"server-1\""));
        assertThat(metrics.value(requests("server-2", "200", "GET", "default"))).isEqualTo(1);
        assertThat(telemetry.totals().apply(ONE).failures()).isZero();
    }

    @Test
    void everyAttemptCountsUpstreamAndTheLastOneOwnsTheRequest() throws IOException {
        first.record(repeated());
        Exposition metrics = scrape(telemetry);
        assertThat(metrics.value(requests("server-2", "200", "GET", "default"))).isEqualTo(1);
        assertThat(metrics.value("rondo_upstream_duration_seconds_count" + LABELS_ONE))
                .isEqualTo(1);
        assertThat(metrics.value("rondo_request_duration_seconds_count" + LABELS_ONE))
                .isZero();
    }

    /** What backends are compared by: a fast 503 must make nobody look fast. */
    @Test
    void totalsTellAnswersFromFailures() {
        first.record(Exchanges.answered(ONE, "GET", 200, 1_000_000));
        second.record(Exchanges.answered(ONE, "GET", 500, 3_000_000));
        second.record(Exchanges.exchange(
                "GET",
                "/",
                "default",
                List.of(
                        Exchanges.attempt(ONE, Reason.OK, 503, 10_000),
                        Exchanges.attempt(ONE, Reason.STALE_CONNECTION, 0, 10_000),
                        Exchanges.attempt(ONE, Reason.CLIENT_ABORT, 0, 10_000),
                        Exchanges.attempt(TWO, Reason.CONNECT_REFUSED, 0, 10_000)),
                502,
                1_000_000,
                Reason.CONNECT_REFUSED));
        BackendTotals one = telemetry.totals().apply(ONE);
        assertThat(one.answers()).isEqualTo(2);
        assertThat(one.latencyNanos()).isEqualTo(2_000_000);
        assertThat(one.failures()).isEqualTo(1);
        assertThat(telemetry.totals().apply(TWO).failures()).isEqualTo(1);
        assertThat(telemetry.totals().apply(new BackendLabels("default", "nobody", 9)))
                .isEqualTo(new BackendTotals(0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void connectionsAndRequestsInFlight() throws IOException {
        first.clientConnections(3);
        second.clientConnections(-1);
        telemetry.backends(() -> List.of(new BackendStatus(ONE, 1, true, true, "up", 1, 0)));
        first.picked(ONE);
        second.picked(ONE);
        first.retry(ONE, RetryOn.RESET);
        second.retry(ONE, RetryOn.RESET);
        first.upstreamConnections(ONE, 1, 0);
        second.upstreamConnections(ONE, -1, 1);
        second.upstreamConnections(ONE, 1, 0);
        first.connectionUsed(ONE, false);
        for (int i = 0; i < 3; i++) {
            second.connectionUsed(ONE, true);
        }
        second.staleRepeat(ONE);
        Exposition metrics = scrape(telemetry);
        assertThat(metrics.value("rondo_client_connections")).isEqualTo(2);
        assertThat(metrics.value("rondo_requests_in_flight" + LABELS_ONE)).isEqualTo(1);
        assertThat(metrics.value("rondo_upstream_connections{backend=\"server-1\",pool=\"default\",state=\"active\"}"))
                .isEqualTo(1);
        assertThat(metrics.value("rondo_upstream_connections{backend=\"server-1\",pool=\"default\",state=\"idle\"}"))
                .isEqualTo(1);
        assertThat(metrics.value("rondo_connection_reuse_ratio" + LABELS_ONE)).isEqualTo(0.75);
        assertThat(metrics.value("rondo_stale_repeats_total" + LABELS_ONE)).isEqualTo(1);
        assertThat(metrics.value("rondo_retries_total{backend=\"server-1\",pool=\"default\",reason=\"reset\"}"))
                .isEqualTo(2);
        assertThat(metrics.value("rondo_backend_state{backend=\"server-1\",pool=\"default\",state=\"up\"}"))
                .isEqualTo(1);
        assertThat(telemetry.totals().apply(ONE)).isEqualTo(new BackendTotals(0, 0, 2, 0, 0, 1, 1));
    }

    private double skew() throws IOException {
        return scrape(telemetry).value("rondo_fairness_skew{pool=\"default\"}");
    }

    private void picked(BackendLabels backend, int times) {
        for (int i = 0; i < times; i++) (i % 2 == 0 ? first : second).picked(backend);
    }

    @Test
    void skewComparesBackendsThatAreUpAndWeighTheSame() throws IOException {
        BackendLabels heavy = new BackendLabels("default", "heavy", 2);
        BackendLabels benched = new BackendLabels("default", "benched", 3);
        BackendLabels far = new BackendLabels("default", "far", 4);
        telemetry.backends(() -> List.of(
                new BackendStatus(ONE, 1, true, true, "up", 0, 0),
                new BackendStatus(TWO, 1, true, true, "up", 0, 0),
                new BackendStatus(heavy, 5, true, true, "up", 0, 0),
                new BackendStatus(far, 1, true, false, "up", 0, 0),
                new BackendStatus(benched, 0, false, false, "draining", 0, 0)));
        assertThat(skew()).isZero();
        picked(ONE, 7);
        picked(TWO, 1);
        picked(heavy, 40);
        assertThat(skew()).isEqualTo(6);
        Exposition metrics = scrape(telemetry);
        assertThat(metrics.value("rondo_backend_up" + LABELS_ONE)).isEqualTo(1);
        assertThat(metrics.value("rondo_backend_up{backend=\"benched\",pool=\"default\"}"))
                .isZero();
        assertThat(metrics.value("rondo_requests_in_flight{backend=\"benched\",pool=\"default\"}"))
                .isZero();
    }

    /** Else one ejection, or one that joins, would be told of for ever. */
    @Test
    void skewBeginsAnewWithTheBackendsThatAreUp() throws IOException {
        BackendLabels three = new BackendLabels("default", "server-3", 2);
        BackendStatus one = new BackendStatus(ONE, 1, true, true, "up", 0, 0);
        BackendStatus two = new BackendStatus(TWO, 1, true, true, "up", 0, 0);
        List<BackendStatus> all = new ArrayList<>(List.of(one, two));
        telemetry.backends(() -> List.copyOf(all));
        picked(ONE, 100);
        assertThat(skew()).as("what was before it was first asked").isZero();
        picked(ONE, 3);
        picked(TWO, 2);
        assertThat(skew()).isEqualTo(1);

        all.set(1, new BackendStatus(TWO, 1, false, false, "ejected", 0, 7));
        picked(ONE, 50);
        assertThat(skew()).as("out").isZero();
        all.set(1, new BackendStatus(TWO, 1, true, true, "up", 0, 9));
        assertThat(skew()).as("back").isZero();
        picked(ONE, 4);
        picked(TWO, 4);
        assertThat(skew()).isZero();

        all.set(1, new BackendStatus(TWO, 1, true, true, "up", 0, 12));
        picked(ONE, 50);
        assertThat(skew()).as("out and back while nobody looked").isZero();
        all.add(new BackendStatus(three, 0.1, true, true, "up", 0, 14));
        assertThat(skew()).as("one joins, slowly").isZero();
        picked(ONE, 10);
        picked(TWO, 10);
        picked(three, 1);
        assertThat(skew()).isZero();
        all.set(2, new BackendStatus(three, 1, true, true, "up", 0, 14));
        assertThat(skew()).as("and has started").isZero();
        picked(three, 2);
        assertThat(skew()).isEqualTo(2);
    }

    @Test
    void aBackendThatComesBackUnderANewIndexGoesOnInItsSeries() throws IOException {
        first.record(Exchanges.answered(ONE, "GET", 200, 5));
        first.record(Exchanges.answered(new BackendLabels(ONE.pool(), ONE.backend(), 900), "GET", 200, 5));
        assertThat(scrape(telemetry).value(requests("server-1", "200", "GET", "default")))
                .isEqualTo(2);
    }

    @Test
    void bothHistogramsTellTheSame() {
        long[] nanos = {
            0, 5_000, 122_070, 122_071, 1_000_000, 1_000_000_000, 63_999_999_999L, 64_000_000_001L, Long.MAX_VALUE
        };
        for (long each : nanos) {
            first.record(Exchanges.answered(ONE, "GET", 200, each));
        }
        HistogramSnapshot.HistogramDataPointSnapshot point = telemetry.registry().scrape().stream()
                .filter(metric -> metric.getMetadata().getName().equals("rondo_request_duration_seconds"))
                .map(HistogramSnapshot.class::cast)
                .findFirst()
                .orElseThrow()
                .getDataPoints()
                .getFirst();
        assertThat(point.getCount()).isEqualTo(nanos.length);
        assertThat(point.getNativeSchema()).isEqualTo(3);
        long inNative = point.getNativeZeroCount();
        for (NativeHistogramBucket bucket : point.getNativeBucketsForPositiveValues()) {
            inNative += bucket.getCount();
        }
        assertThat(inNative).isEqualTo(nanos.length);
        for (int i = 0; i < point.getClassicBuckets().size(); i++) {
            double low = i == 0 ? -1 : point.getClassicBuckets().getUpperBound(i - 1);
            double high = point.getClassicBuckets().getUpperBound(i);
            long expected = 0;
            for (long each : nanos) {
                expected += each / 1e9 > low && each / 1e9 <= high ? 1 : 0;
            }
            assertThat(point.getClassicBuckets().getCount(i))
                    .as("up to %s", high)
                    .isEqualTo(expected);
        }
    }

    @Test
    void everyFamilyIsWellFormedAndNamesItsUnit() throws IOException {
        telemetry.build("0.1.0", "4711abc");
        telemetry.engine("event-loops", 2);
        telemetry.jvm();
        telemetry.configurationRead(true, Instant.ofEpochSecond(1_000));
        telemetry.gauge("rondo_loop_busy_ratio", "Part of the time a loop was busy.", () -> 0.25);
        telemetry.counter("rondo_loop_stalls", "Times a loop was held over 10 ms.", () -> 7);
        telemetry.backends(() -> List.of(new BackendStatus(ONE, 1, true, true, "up", 0, 0)));
        first.record(Exchanges.answered(ONE, "GET", 200, 5));
        first.record(Exchanges.refused(null, Reason.BAD_REQUEST, 400));
        first.connectionUsed(ONE, true);
        Exposition metrics = scrape(telemetry);
        assertThat(metrics.types().keySet())
                .contains(
                        "rondo_requests_total",
                        "rondo_request_duration_seconds",
                        "rondo_upstream_duration_seconds",
                        "rondo_upstream_connections",
                        "rondo_connection_reuse_ratio",
                        "rondo_requests_in_flight",
                        "rondo_client_connections",
                        "rondo_stale_repeats_total",
                        "rondo_errors_total",
                        "rondo_fairness_skew",
                        "rondo_backend_up",
                        "rondo_config_last_reload_success",
                        "rondo_config_last_reload_timestamp_seconds",
                        "rondo_engine_info",
                        "rondo_build_info",
                        "rondo_loop_busy_ratio",
                        "rondo_loop_stalls_total",
                        "jvm_memory_used_bytes",
                        "process_open_fds",
                        "process_cpu_seconds_total");
        assertThat(metrics.value("rondo_engine_info{kind=\"event-loops\",loops=\"2\"}"))
                .isEqualTo(1);
        assertThat(metrics.value("rondo_loop_stalls_total")).isEqualTo(7);
        Pattern otherUnits = Pattern.compile(
                "(.*_)?(milli\\w*|micro\\w*|nano\\w*|ms|us|ns|percent|kilo\\w*|kb|mb|minutes|hours)(_.*)?");
        assertThat(metrics.types().keySet()).noneMatch(otherUnits.asMatchPredicate());
    }

    @Test
    void aRefusedReloadKeepsTheTimeOfTheConfigurationInUse() throws IOException {
        telemetry.configurationRead(true, Instant.ofEpochSecond(1_000));
        assertThat(scrape(telemetry).value("rondo_config_last_reload_success")).isEqualTo(1);
        telemetry.configurationRead(false, Instant.ofEpochSecond(2_000));
        Exposition metrics = scrape(telemetry);
        assertThat(metrics.value("rondo_config_last_reload_success")).isZero();
        assertThat(metrics.value("rondo_config_last_reload_timestamp_seconds")).isEqualTo(1_000);
    }

    @Test
    void aScrapeBesideTrafficNeverSeesACounterGoBack() throws Exception {
        int backends = 60;
        int each = 5_000;
        CountDownLatch started = new CountDownLatch(1);
        Thread loop = Thread.ofPlatform().start(() -> {
            for (int backend = 0; backend < backends; backend++) { // new ones come while the scraper reads
                BackendLabels labels = new BackendLabels("default", "server-" + backend, backend);
                Exchange exchange = Exchanges.answered(labels, "GET", 200, 1_000_000);
                for (int i = 0; i < each; i++) {
                    first.record(exchange);
                    started.countDown();
                }
            }
        });
        started.await();
        Map<String, Double> last = Map.of();
        while (loop.isAlive()) {
            Map<String, Double> now = counters(scrape(telemetry));
            last.forEach((series, count) ->
                    assertThat(now.getOrDefault(series, -1.0)).as(series).isGreaterThanOrEqualTo(count));
            last = now;
        }
        loop.join();
        Exposition metrics = scrape(telemetry);
        for (int backend = 0; backend < backends; backend++) {
            assertThat(metrics.value(requests("server-" + backend, "200", "GET", "default")))
                    .isEqualTo(each);
        }
    }

    private static Map<String, Double> counters(Exposition metrics) {
        Map<String, Double> counters = new HashMap<>(metrics.samples());
        counters.keySet().removeIf(series -> !series.matches("\\w+(_total|_bucket|_count|_sum)(\\{.*)?"));
        return counters;
    }

    @Test
    void aRecorderIsTheSameAtEachCall() {
        assertThat(telemetry.recorder(0)).isSameAs(first).isNotSameAs(second);
        assertThat(telemetry.registry().scrape().stream().map(MetricSnapshot::getMetadata))
                .allSatisfy(metadata -> assertThat(metadata.getHelp()).endsWith("."));
    }

    @Test
    void countingAllocatesNothing() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Exchange exchange = Exchanges.answered(ONE, "GET", 200, 1_000_000);
        Exchange refused = Exchanges.refused(null, Reason.NO_ROUTE, 404);
        int requests = 20_000;
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) { // the first rounds link and compile
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < requests; i++) {
                first.clientConnections(1);
                first.picked(ONE);
                first.upstreamConnections(ONE, 1, 0);
                first.connectionUsed(ONE, true);
                first.record(exchange);
                first.record(refused);
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(allocated).isLessThan(requests); // under a byte for each
    }
}
