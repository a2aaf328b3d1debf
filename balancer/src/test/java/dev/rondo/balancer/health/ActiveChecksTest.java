package dev.rondo.balancer.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.HealthCheckConfig;
import dev.rondo.balancer.config.StatusRanges;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.testkit.Peer;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.wire.Ticker;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ActiveChecksTest {
    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Rules RULES = new Rules(new Schedule(INTERVAL.toNanos(), 0), TIMEOUT, 3, 2, Standing.UNKNOWN);
    private static final CheckResult PASS = CheckResult.passed("status 200");
    private static final CheckResult FAIL = CheckResult.failed("status 500, expected 200-399");

    private record Verdict(String pool, String backend, boolean up, String why) {}

    /** A check that has begun and ends when the test says how. */
    private record Question(Place place, CompletableFuture<CheckResult> answer) {
        void answer(CheckResult result) {
            answer.complete(result);
        }
    }

    /** Asks the test. */
    private static final class Asked implements Check {
        private final LinkedBlockingQueue<Question> questions = new LinkedBlockingQueue<>();
        private final boolean stubborn;

        Asked(boolean stubborn) {
            this.stubborn = stubborn;
        }

        @Override
        public CheckResult run(Place place, Deadline deadline) {
            Question question = new Question(place, new CompletableFuture<>());
            questions.add(question);
            if (stubborn) return question.answer.join();
            try {
                return question.answer.get();
            } catch (InterruptedException e) {
                return deadline.isOver() ? deadline.missed() : CheckResult.notMade("stopped");
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }

        Question take() throws InterruptedException {
            Question question = questions.poll(10, TimeUnit.SECONDS);
            if (question == null) throw new AssertionError("nothing is checked");
            return question;
        }

        boolean isIdle() {
            return questions.isEmpty();
        }
    }

    private final HandTime time = new HandTime();
    private final LinkedBlockingQueue<Verdict> verdicts = new LinkedBlockingQueue<>();
    private final Asked asked = new Asked(false);
    private final ActiveChecks checks = new ActiveChecks(
            time,
            new SplittableRandom(1),
            time,
            (pool, backend, _, up, why) -> verdicts.add(new Verdict(pool, backend, up, why)));

    private static PoolChecks pool(Check check, Rules rules, Map<String, Integer> ports) {
        SequencedMap<String, Place> places = new LinkedHashMap<>();
        ports.forEach((id, port) -> places.put(id, new Place("127.0.0.1", port)));
        return new PoolChecks("p", check, rules, places);
    }

    private void update(Map<String, Integer> ports) {
        checks.update(List.of(pool(asked, RULES, ports)));
    }

    /** The next check, due {@code after} from now, of the only backend: ends with {@code result}. */
    private void next(Duration after, CheckResult result) throws InterruptedException {
        time.pass(after);
        asked.take().answer(result);
        time.await(1, INTERVAL);
    }

    private Verdict verdict() throws InterruptedException {
        return Objects.requireNonNull(verdicts.poll(10, TimeUnit.SECONDS), "no verdict");
    }

    @Test
    void tellsTheFirstResultAndEachChange() throws Exception {
        update(Map.of("b", 1));
        assertThat(checks.backends().getFirst().state().standing()).isEqualTo(Standing.UNKNOWN);
        next(Duration.ZERO, PASS);
        assertThat(verdicts).containsExactly(new Verdict("p", "b", true, "status 200"));
        next(INTERVAL, FAIL);
        next(INTERVAL, FAIL);
        next(INTERVAL, PASS);
        next(INTERVAL, FAIL);
        next(INTERVAL, FAIL);
        assertThat(verdicts).hasSize(1);
        next(INTERVAL, FAIL);
        next(INTERVAL, FAIL);
        next(INTERVAL, PASS);
        next(INTERVAL, PASS);
        next(INTERVAL, PASS);
        assertThat(verdicts)
                .containsExactly(
                        new Verdict("p", "b", true, "status 200"),
                        new Verdict("p", "b", false, FAIL.what() + ", 3 times in a row"),
                        new Verdict("p", "b", true, "status 200, 2 times in a row"));
        assertThat(checks.totals()).containsExactly(new ActiveChecks.Totals("p", "b", 5, 6));
    }

    @Test
    void theFirstFailureIsToldAtOnce() throws Exception {
        update(Map.of("b", 1));
        next(Duration.ZERO, FAIL);
        assertThat(verdicts).containsExactly(new Verdict("p", "b", false, FAIL.what()));
    }

    @Test
    void whatIsInitiallyUpIsToldAsWell() throws Exception {
        Rules up = new Rules(RULES.schedule(), TIMEOUT, 3, 2, Standing.UP);
        checks.update(List.of(pool(asked, up, Map.of("b", 1))));
        next(Duration.ZERO, PASS);
        assertThat(verdicts).containsExactly(new Verdict("p", "b", true, "status 200"));
    }

    @Test
    void keepsTheLatestCheck() throws Exception {
        update(Map.of("b", 1));
        assertThat(checks.backends().getFirst().last()).isNull();
        time.pass(Duration.ZERO);
        Question question = asked.take();
        time.pass(Duration.ofMillis(30));
        question.answer(FAIL);
        verdict();
        assertThat(checks.backends().getFirst().last())
                .isEqualTo(new BackendCheck.Last(FAIL, 1_000, Duration.ofMillis(30)));
        time.await(1, INTERVAL.minusMillis(30)); // from beginning to beginning
    }

    @Test
    void whatCouldNotBeCheckedSaysNothing() throws Exception {
        update(Map.of("b", 1));
        CheckResult none = CheckResult.notMade("no descriptor is free");
        next(Duration.ZERO, none);
        assertThat(verdicts).isEmpty();
        next(INTERVAL, PASS);
        for (int i = 0; i < 5; i++) next(INTERVAL, none);
        BackendCheck now = checks.backends().getFirst();
        assertThat(now.state().standing()).isEqualTo(Standing.UP);
        assertThat(now.passed() + now.failed()).isEqualTo(1);
        assertThat(Objects.requireNonNull(now.last()).result()).isEqualTo(none);
    }

    @Test
    void theDeadlineInterruptsACheck() throws Exception {
        update(Map.of("b", 1));
        time.pass(Duration.ZERO);
        asked.take();
        time.pass(TIMEOUT);
        assertThat(verdict()).isEqualTo(new Verdict("p", "b", false, "timeout after 1s"));
        time.await(1, INTERVAL.minus(TIMEOUT));
        assertThat(asked.isIdle()).isTrue();
    }

    /** A taker that writes to a log while interrupted would close the log's channel. */
    @Test
    void whoTakesAVerdictIsNotInterrupted() throws Exception {
        Asked stubborn = new Asked(true);
        LinkedBlockingQueue<Boolean> interrupted = new LinkedBlockingQueue<>();
        ActiveChecks asking = new ActiveChecks(
                time,
                new SplittableRandom(1),
                time,
                (_, _, _, _, _) -> interrupted.add(Thread.currentThread().isInterrupted()));
        asking.update(List.of(pool(stubborn, RULES, Map.of("b", 1))));
        time.pass(Duration.ZERO);
        Question question = stubborn.take();
        time.pass(TIMEOUT);
        question.answer(FAIL);
        assertThat(interrupted.poll(10, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void aCheckThatDefiesItsDeadlineIsGivenUp() throws Exception {
        Asked stubborn = new Asked(true);
        checks.update(List.of(pool(stubborn, RULES, Map.of("b", 1))));
        time.pass(Duration.ZERO);
        Question first = stubborn.take();
        time.pass(TIMEOUT.plusMillis(999));
        assertThat(verdicts).isEmpty();
        assertThat(stubborn.isIdle()).isTrue();
        time.pass(Duration.ofMillis(1));
        assertThat(verdicts).containsExactly(new Verdict("p", "b", false, "timeout after 1s"));
        time.pass(Duration.ZERO);
        Question second = stubborn.take();
        first.answer(PASS); // too late to count
        second.answer(FAIL);
        time.await(1, INTERVAL);
        assertThat(checks.totals()).containsExactly(new ActiveChecks.Totals("p", "b", 0, 2));
    }

    @Test
    void aHostThatHangsHoldsUpNobodyElse() throws Exception {
        update(new LinkedHashMap<>(Map.of("slow", 1)));
        time.pass(Duration.ZERO);
        Question hanging = asked.take();
        update(Map.of("slow", 1, "well", 2));
        time.pass(Duration.ZERO);
        asked.take().answer(PASS);
        assertThat(verdict()).isEqualTo(new Verdict("p", "well", true, "status 200"));
        assertThat(hanging.answer.isDone()).isFalse();
        assertThat(hanging.place.port()).isEqualTo(1);
    }

    @Test
    void anUpdateKeepsWhatIsKnownOfThoseThatStay() throws Exception {
        update(Map.of("b", 1));
        next(Duration.ZERO, PASS);
        next(INTERVAL, FAIL);
        time.pass(Duration.ofMillis(500));
        BackendCheck before = checks.backends().getFirst();
        Rules strict = new Rules(RULES.schedule(), TIMEOUT, 2, 2, Standing.UNKNOWN);
        checks.update(List.of(pool(asked, strict, Map.of("b", 1))));
        assertThat(checks.backends()).containsExactly(before);
        time.await(1, Duration.ofMillis(1500));
        next(Duration.ofMillis(1500), FAIL);
        assertThat(verdicts)
                .containsExactly(
                        new Verdict("p", "b", true, "status 200"),
                        new Verdict("p", "b", false, FAIL.what() + ", 2 times in a row"));
    }

    @Test
    void aShorterIntervalHoldsAtOnceAndALongerOneAfterTheNextCheck() throws Exception {
        Duration seldom = Duration.ofMinutes(10);
        Rules patient = new Rules(new Schedule(seldom.toNanos(), 0), TIMEOUT, 3, 2, Standing.UNKNOWN);
        checks.update(List.of(pool(asked, patient, Map.of("b", 1))));
        time.pass(Duration.ZERO);
        asked.take().answer(PASS);
        time.await(1, seldom);
        time.pass(Duration.ofMillis(1500));
        update(Map.of("b", 1));
        time.await(1, INTERVAL.minusMillis(1500));
        checks.update(List.of(pool(asked, patient, Map.of("b", 1))));
        time.await(1, INTERVAL.minusMillis(1500));
        time.pass(INTERVAL.minusMillis(1500));
        asked.take().answer(PASS);
        time.await(1, seldom);
        time.pass(seldom.dividedBy(2));
        update(Map.of("b", 1));
        time.await(1, Duration.ZERO);
    }

    /** Thousands of them would be asked in the same moment. */
    @Test
    void thoseThatAreOverdueByAShorterIntervalAreSpread() throws Exception {
        Duration seldom = Duration.ofMinutes(10);
        Rules patient = new Rules(new Schedule(seldom.toNanos(), 0), TIMEOUT, 3, 2, Standing.UNKNOWN);
        Rules often = new Rules(new Schedule(INTERVAL.toNanos(), 0.5), TIMEOUT, 3, 2, Standing.UNKNOWN);
        Map<String, Integer> ports = Map.of("a", 1, "b", 2, "c", 3, "d", 4);
        checks.update(List.of(pool(asked, patient, ports)));
        time.pass(Duration.ZERO);
        for (int i = 0; i < ports.size(); i++) asked.take().answer(PASS);
        time.await(ports.size(), seldom);
        time.pass(seldom.dividedBy(2));
        checks.update(List.of(pool(asked, often, ports)));
        assertThat(time.waits()).hasSize(ports.size()).doesNotHaveDuplicates().allMatch(wait -> {
            return wait.compareTo(INTERVAL.dividedBy(2)) <= 0;
        });
    }

    @Test
    void anUpdateEndsTheChecksOfThoseThatGo() throws Exception {
        update(Map.of("b", 1));
        next(Duration.ZERO, PASS);
        time.pass(INTERVAL);
        Question asking = asked.take();
        update(Map.of());
        assertThat(checks.backends()).isEmpty();
        assertThat(time.pending()).isZero();
        asking.answer(FAIL);
        time.pass(INTERVAL.multipliedBy(10));
        assertThat(asked.isIdle()).isTrue();
        update(Map.of("b", 1));
        assertThat(checks.backends().getFirst().state().standing()).isEqualTo(Standing.UNKNOWN);
        next(Duration.ZERO, FAIL);
        assertThat(checks.totals()).containsExactly(new ActiveChecks.Totals("p", "b", 1, 1));
        assertThat(verdicts).hasSize(2);
    }

    @Test
    void oneThatHasMovedIsCheckedAnew() throws Exception {
        update(Map.of("b", 1));
        next(Duration.ZERO, PASS);
        time.pass(INTERVAL);
        Question old = asked.take();
        update(Map.of("b", 2));
        assertThat(checks.backends().getFirst().state().standing()).isEqualTo(Standing.UNKNOWN);
        old.answer(PASS);
        time.pass(Duration.ZERO);
        Question question = asked.take();
        assertThat(question.place.port()).isEqualTo(2);
        question.answer(FAIL);
        time.await(1, INTERVAL);
        assertThat(verdicts)
                .containsExactly(new Verdict("p", "b", true, "status 200"), new Verdict("p", "b", false, FAIL.what()));
    }

    @Test
    void closingEndsAllThatIsUnderWay() throws Exception {
        update(Map.of("a", 1, "b", 2));
        time.pass(Duration.ZERO);
        asked.take();
        asked.take();
        checks.close();
        assertThat(time.pending()).isZero();
        assertThat(verdicts).isEmpty();
        update(Map.of("c", 3));
        assertThat(checks.backends()).isEmpty();
        assertThat(time.pending()).isZero();
    }

    @Test
    void aTakerThatFailsAndACheckThatFailsEndNothing() throws Exception {
        LinkedBlockingQueue<Boolean> told = new LinkedBlockingQueue<>();
        ActiveChecks fragile = new ActiveChecks(time, new SplittableRandom(1), time, (_, _, _, up, _) -> {
            told.add(up);
            throw new IllegalStateException("on purpose");
        });
        fragile.update(List.of(pool(asked, RULES, Map.of("b", 1))));
        next(Duration.ZERO, PASS);
        assertThat(told).containsExactly(true);
        time.pass(INTERVAL);
        asked.take().answer.completeExceptionally(new IllegalStateException("on purpose"));
        time.await(1, INTERVAL);
        next(INTERVAL, PASS);
        assertThat(fragile.totals()).containsExactly(new ActiveChecks.Totals("p", "b", 2, 0));
    }

    /** The port of the checks may be that of something beside the backend: what passes there is another backend now. */
    @Test
    void whoHasMovedIsCheckedAnewThoughItsChecksGoToTheSamePort() throws Exception {
        LinkedBlockingQueue<Place> seen = new LinkedBlockingQueue<>();
        ActiveChecks moving =
                new ActiveChecks(time, new SplittableRandom(1), time, (_, _, place, _, _) -> seen.add(place));
        for (int port = 5000; port < 5002; port++) {
            Place place = new Place("127.0.0.1", 9000, "http://127.0.0.1:" + port);
            moving.update(List.of(new PoolChecks("p", asked, RULES, new LinkedHashMap<>(Map.of("b", place)))));
            assertThat(moving.backends().getFirst().state().begun()).isFalse();
            next(Duration.ZERO, PASS);
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(place);
        }
    }

    @Test
    void isMadeOfTheConfiguration() {
        try (Resolver resolver = new Resolver(Resolver::system, Duration.ofDays(1))) {
            HealthCheckConfig elsewhere = new HealthCheckConfig(
                    HealthCheckConfig.Kind.TCP,
                    "GET",
                    "/",
                    null,
                    StatusRanges.DEFAULT,
                    null,
                    8081,
                    INTERVAL,
                    TIMEOUT,
                    0.1,
                    4,
                    5,
                    HealthCheckConfig.Initial.DOWN);
            List<BackendConfig> backends = List.of(
                    new BackendConfig("a", URI.create("http://a:5000"), 1, false, 0),
                    new BackendConfig("b", URI.create("http://[::1]"), 0, true, 9));
            Connector connector = new Connector(resolver);
            PoolChecks tcp = PoolChecks.of("p", elsewhere, backends, connector);
            assertThat(tcp.check()).isInstanceOf(TcpCheck.class);
            assertThat(tcp.places())
                    .containsExactly(
                            Map.entry("a", new Place("a", 8081, "http://a:5000")),
                            Map.entry("b", new Place("::1", 8081, "http://[::1]")));
            assertThat(tcp.rules())
                    .isEqualTo(new Rules(new Schedule(INTERVAL.toNanos(), 0.1), TIMEOUT, 4, 5, Standing.DOWN));
            PoolChecks http = PoolChecks.of("p", HealthCheckConfig.http("/ready"), backends, connector);
            assertThat(http.check()).isInstanceOf(HttpCheck.class);
            assertThat(http.places().values())
                    .containsExactly(new Place("a", 5000), new Place("::1", 80, "http://[::1]"));
            assertThat(http.rules())
                    .isEqualTo(new Rules(new Schedule(INTERVAL.toNanos(), 0.2), TIMEOUT, 3, 2, Standing.UNKNOWN));
        }
    }

    private static PoolChecks real(Resolver resolver, Duration interval, Map<String, Integer> ports) {
        HttpCheck check = new HttpCheck(
                new Connector(resolver), new HttpCheck.Terms("GET", "/", null, StatusRanges.DEFAULT, null));
        Rules rules = new Rules(new Schedule(interval.toNanos(), 0.2), Duration.ofSeconds(30), 3, 2, Standing.UNKNOWN);
        return pool(check, rules, ports);
    }

    /** The interval is far below the timeout here, so that only the end of a check can hold the next one back. */
    @Test
    void asksABackendThatIsSilentOnceAndTheOthersOn() throws Exception {
        try (Resolver resolver = new Resolver(Resolver::system, Duration.ofDays(1));
                RawBackend silent = RawBackend.start(Peer::awaitEnd);
                RawBackend well = RawBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                ActiveChecks sockets = new ActiveChecks(
                        Ticker.SYSTEM,
                        new SplittableRandom(1),
                        (pool, backend, _, up, why) -> verdicts.add(new Verdict(pool, backend, up, why)))) {
            sockets.update(List.of(
                    real(resolver, Duration.ofMillis(1), Map.of("silent", silent.port(), "well", well.port()))));
            silent.takePeer();
            for (int i = 0; i < 50; i++) well.takePeer().awaitScript();
            assertThat(silent.connections()).isEqualTo(1);
            assertThat(verdicts).containsExactly(new Verdict("p", "well", true, "status 200"));
        }
    }

    /** In its order, also what changes nothing; what could not be made is no news of the backend, and said as such. */
    @Test
    void tellsHowEachCheckWasMadeAfterTheVerdict() throws Exception {
        LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
        HandTime hand = new HandTime();
        Verdicts all = new Verdicts() {
            @Override
            public void checked(String pool, String backend, Place place, boolean up, String why) {
                told.add(up ? "up" : "down");
            }

            @Override
            public void made(String pool, String backend, Place place, CheckResult.Kind how) {
                told.add(pool + " " + backend + " " + place.port() + " " + how);
            }
        };
        try (ActiveChecks watched = new ActiveChecks(hand, new SplittableRandom(1), hand, all)) {
            watched.update(List.of(pool(asked, RULES, Map.of("b", 1))));
            Duration after = Duration.ZERO;
            for (CheckResult result : List.of(PASS, PASS, CheckResult.refused("gone"), CheckResult.notMade("none"))) {
                hand.pass(after);
                asked.take().answer(result);
                hand.await(1, INTERVAL);
                after = INTERVAL;
            }
        }
        assertThat(told).containsExactly("up", "p b 1 PASSED", "p b 1 PASSED", "p b 1 REFUSED", "p b 1 NOT_MADE");
    }

    @Test
    void closingLeavesNoConnectionAndNoThread() throws Exception {
        try (Resolver resolver = new Resolver(Resolver::system, Duration.ofDays(1));
                RawBackend silent = RawBackend.start(Peer::awaitEnd)) {
            ActiveChecks sockets = new ActiveChecks(
                    Ticker.SYSTEM,
                    new SplittableRandom(1),
                    (pool, backend, _, up, why) -> verdicts.add(new Verdict(pool, backend, up, why)));
            sockets.update(List.of(real(resolver, Duration.ofMillis(1), Map.of("b", silent.port()))));
            Peer peer = silent.takePeer();
            List<Thread> clocks = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("rondo-health"))
                    .toList();
            assertThat(clocks).isNotEmpty();
            sockets.close();
            peer.awaitScript();
            for (Thread clock : clocks)
                assertThat(clock.join(Duration.ofSeconds(10))).isTrue();
            assertThat(silent.connections()).isEqualTo(1);
            assertThat(verdicts).isEmpty();
        }
    }
}
