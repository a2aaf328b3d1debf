package dev.rondo.balancer.cluster;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.rondo.balancer.cluster.Ejection.In;
import dev.rondo.balancer.cluster.Ejection.Out;
import dev.rondo.balancer.cluster.Ejection.Probation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutliersTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final OutlierTerms DEFAULTS = terms(true, 5, 50);
    private static final OutlierTerms OFF = terms(false, 5, 50);

    private final Set<String> down = new HashSet<>();

    /** Near the end of the clock's numbers: it may begin anywhere and then wraps. */
    private long now = Long.MAX_VALUE - 10 * SECOND;

    private Outliers outliers = new Outliers(DEFAULTS);
    private List<Passive> pool = List.of();

    private static OutlierTerms terms(boolean enabled, int consecutiveFailures, int maxEjectionPercent) {
        return new OutlierTerms(
                enabled,
                consecutiveFailures,
                30 * SECOND,
                300 * SECOND,
                maxEjectionPercent,
                5,
                100,
                1.9,
                3,
                60 * SECOND);
    }

    private void pool(int size) {
        pool(size, DEFAULTS);
    }

    private void pool(int size, OutlierTerms terms) {
        outliers = new Outliers(terms);
        pool = IntStream.range(0, size)
                .mapToObj(i -> outliers.add(new Passive("b" + i, () -> !down.contains("b" + i))))
                .toList();
    }

    private @Nullable Transition result(Passive who, Outcome outcome) {
        return outliers.onResult(who, Ticket.PLAIN, outcome, 0, now);
    }

    private @Nullable Transition fail(Passive who, int times) {
        Transition last = null;
        for (int i = 0; i < times; i++) last = result(who, Outcome.FAILED);
        return last;
    }

    private Out out(Passive who) {
        assertThat(outliers.state(who)).isInstanceOf(Out.class);
        return (Out) outliers.state(who);
    }

    private void comesBack(Passive who) {
        now = out(who).untilNanos();
        assertThat(outliers.tick(now)).isNotEmpty();
        Ticket trial = requireNonNull(outliers.begin(who, now));
        assertThat(outliers.onResult(who, trial, Outcome.OK, 0, now)).isNotNull();
        assertThat(outliers.state(who)).isInstanceOf(In.class);
    }

    private Ticket trial(Passive who) {
        fail(who, 5);
        now = out(who).untilNanos();
        outliers.tick(now);
        return requireNonNull(outliers.begin(who, now));
    }

    @ParameterizedTest
    @CsvSource({
        "FFFF, in",
        "FFFFF, out",
        "FFFFOFFFF, in",
        "FFFFOFFFFF, out",
        "FFFFNF, out", // a client that leaves says nothing
        "OOOOO, in",
        "FFFFFO, out", // what was under way says nothing of what comes
    })
    void failuresInARowEject(String outcomes, String state) {
        pool(2);
        for (char outcome : outcomes.toCharArray())
            result(pool.get(0), outcome == 'F' ? Outcome.FAILED : outcome == 'O' ? Outcome.OK : Outcome.NEUTRAL);
        assertThat(outliers.state(pool.get(0)).name()).isEqualTo(state);
    }

    /** H: the head of an answer; C: that answer is cut; W: an answer is whole; F: a failure; N: nothing of the backend. */
    @ParameterizedTest
    @CsvSource({
        "HCHCHCHC, in",
        "HCHCHCHCHC, out",
        "HCHCHCHCHWHC, in",
        "HHHHHCCCCC, out",
        "HCHCFHCNHCFHC, out",
        "FFFFHCFFFF, in", // each count by itself
    })
    void cutAnswersInARowEject(String outcomes, String state) {
        pool(2);
        for (int i = 0; i < outcomes.length(); i++) {
            switch (outcomes.charAt(i)) {
                case 'W' -> pool.get(0).whole();
                case 'H' -> result(pool.get(0), Outcome.OK);
                case 'C' -> result(pool.get(0), Outcome.CUT);
                case 'F' -> result(pool.get(0), Outcome.FAILED);
                default -> result(pool.get(0), Outcome.NEUTRAL);
            }
        }
        assertThat(outliers.state(pool.get(0)).name()).isEqualTo(state);
    }

    /** The head of its trial's answer brings it back, so that a download keeps nobody waiting. */
    @Test
    void whoComesBackAndCutsAgainGoesAgain() {
        pool(2);
        Passive one = pool.get(0);
        for (int i = 0; i < 5; i++) result(one, Outcome.CUT);
        assertThat(out(one).reason()).isEqualTo("5 answers cut off in a row: out for 30s");
        comesBack(one);
        assertThat(result(one, Outcome.CUT)).isNotNull();
        assertThat(out(one).reason()).isEqualTo("6 answers cut off in a row: out for 1m");
        comesBack(one);
        one.whole();
        assertThat(result(one, Outcome.CUT)).isNull();
    }

    @Test
    void whoRecoversHasNothingHeldAgainstIt() {
        pool(2);
        Passive one = pool.get(0);
        for (int i = 0; i < 5; i++) result(one, Outcome.CUT);
        outliers.recovered(one, now);
        assertThat(result(one, Outcome.CUT)).isNull();
    }

    /**
     * F: a request fails; R: is refused; O: is answered; g: a check is refused; u: fails otherwise; w: passes; t: it may be tried
     * again; T: the one that tries it fails; X: is refused.
     */
    @ParameterizedTest
    @CsvSource({
        "RRRRRw, out",
        "RRRRRww, in",
        "RRRRRwuw, out",
        "RRRRRwuww, in",
        "RRRRRwgw, out",
        "FRFFFww, in", // the first of the row were of the process that has gone
        "FFFFFwwww, out", // it has been there all the time
        "FFFFFwuww, out",
        "FFFFFwwgww, in", // a check has found out
        "FFFFFgw, out",
        "FFFFFRww, in", // a request that had been sent before
        "FROFFFFFww, out", // that was another row
        "RRRRRtw, probation", // somebody tries it already
        "RRRRRtwTww, out",
        "RRRRRtwXww, in",
    })
    void whoWasGoneIsBackAfterTwoPasses(String events, String state) {
        pool(2);
        Passive one = pool.get(0);
        Ticket ticket = Ticket.PLAIN;
        for (int i = 0; i < events.length(); i++) {
            switch (events.charAt(i)) {
                case 'F' -> result(one, Outcome.FAILED);
                case 'R' -> result(one, Outcome.REFUSED);
                case 'O' -> result(one, Outcome.OK);
                case 'g' -> outliers.seen(one, Sight.GONE, 2, now);
                case 'u' -> outliers.seen(one, Sight.UNWELL, 2, now);
                case 'w' -> outliers.seen(one, Sight.WELL, 2, now);
                case 't' -> {
                    now = out(one).untilNanos();
                    outliers.tick(now);
                    ticket = requireNonNull(outliers.begin(one, now));
                }
                case 'T' -> outliers.onResult(one, ticket, Outcome.FAILED, 0, now);
                default -> outliers.onResult(one, ticket, Outcome.REFUSED, 0, now);
            }
        }
        assertThat(outliers.state(one).name()).isEqualTo(state);
    }

    @Test
    void whoWasGoneIsBackWithItsPast() {
        pool(2);
        Passive one = pool.get(0);
        for (int i = 0; i < 5; i++) result(one, Outcome.REFUSED);
        assertThat(out(one).reason()).isEqualTo("5 failures in a row: out for 30s");
        assertThat(outliers.seen(one, Sight.WELL, 1, now))
                .isEqualTo(new Transition("b0", "out", "in", Ejection.RETURNED, now));
        assertThat(fail(one, 4)).isNull();
        assertThat(fail(one, 1)).isNotNull();
        assertThat(out(one).reason()).isEqualTo("5 failures in a row: out for 1m");
        outliers.seen(one, Sight.WELL, 1, now);
        assertThat(out(one).gone()).as("that was the row before").isFalse();
    }

    /** That it was refused once says nothing of why it is slow. */
    @Test
    void whoIsBenchedByComparisonWasNotGone() {
        pool(5);
        Passive one = pool.get(0);
        result(one, Outcome.REFUSED);
        Map<Passive, Totals> before = new HashMap<>();
        Map<Passive, Totals> after = new HashMap<>();
        for (Passive who : pool) {
            before.put(who, Totals.NONE);
            after.put(who, new Totals(who == one ? 100 : 1_000, who == one ? 900 : 0, 1_000, 0));
        }
        assertThat(outliers.compare(before, after, now)).hasSize(1);
        assertThat(out(one).cause()).isEqualTo(Ejection.Cause.SUCCESS_RATE);
        assertThat(out(one).gone()).isFalse();
    }

    /** It has said itself when it is to be asked again, and is there to say so. */
    @Test
    void aRestThatWasAskedForIsLeftAlone() {
        pool(2);
        Passive one = pool.get(0);
        result(one, Outcome.REFUSED);
        outliers.onResult(one, Ticket.PLAIN, Outcome.FAILED, 7, now);
        for (int i = 0; i < 5; i++) outliers.seen(one, Sight.WELL, 1, now);
        assertThat(out(one).cause()).isEqualTo(Ejection.Cause.RETRY_AFTER);
    }

    @Test
    void silenceIsSinceTheLastAnswer() {
        Passive one = new Passive("one", () -> true);
        assertThat(one.isSilentSince(now)).isTrue();
        one.answered(now);
        assertThat(one.isSilentSince(now - SECOND)).isFalse();
        assertThat(one.isSilentSince(now)).isFalse();
        assertThat(one.isSilentSince(now + SECOND)).isTrue();
        for (int i = 1; i <= 20; i++) one.answered(now + i * SECOND / 20);
        assertThat(one.isSilentSince(now + SECOND - SECOND / 5))
                .as("within 100 ms")
                .isFalse();
        assertThat(one.isSilentSince(now + SECOND + SECOND / 5)).isTrue();
    }

    @Test
    void everyTransitionSaysWhyAndWhen() {
        pool(2);
        Passive one = pool.get(0);
        assertThat(fail(one, 4)).isNull();
        assertThat(fail(one, 1)).isEqualTo(new Transition("b0", "in", "out", "5 failures in a row: out for 30s", now));
        assertThat(outliers.mayPick(one, now)).isFalse();
        assertThat(outliers.begin(one, now)).isNull();
        assertThat(out(one).untilNanos()).isEqualTo(now + 30 * SECOND);
        assertThat(outliers.tick(now)).isEmpty();
        now += 30 * SECOND - 1;
        assertThat(outliers.tick(now)).isEmpty();
        now++;
        assertThat(outliers.tick(now)).singleElement().satisfies(change -> assertThat(change)
                .isEqualTo(new Transition(
                        "b0", "out", "probation", outliers.state(one).reason(), now)));
        assertThat(outliers.tick(now)).isEmpty();
        Ticket trial = requireNonNull(outliers.begin(one, now));
        assertThat(outliers.onResult(one, trial, Outcome.OK, 0, now))
                .isEqualTo(new Transition("b0", "probation", "in", "its trial succeeded", now));
    }

    @Test
    void onProbationOneRequestAtATime() {
        pool(2);
        Passive one = pool.get(0);
        Ticket trial = trial(one);
        assertThat(trial).isNotSameAs(Ticket.PLAIN);
        assertThat(outliers.mayPick(one, now)).isFalse();
        assertThat(outliers.begin(one, now)).isNull();
        assertThat(outliers.begin(pool.get(1), now)).isSameAs(Ticket.PLAIN);

        assertThat(outliers.onResult(one, trial, Outcome.NEUTRAL, 0, now)).isNull();
        assertThat(outliers.state(one)).isInstanceOf(Probation.class);
        assertThat(outliers.mayPick(one, now)).isTrue();
        assertThat(outliers.begin(one, now)).isNotNull().isNotSameAs(trial);
    }

    @Test
    void onlyTheTrialEndsAProbation() {
        pool(2);
        Passive one = pool.get(0);
        Ticket trial = trial(one);
        for (Outcome outcome : Outcome.values()) {
            assertThat(result(one, outcome)).isNull();
            assertThat(outliers.begin(one, now)).isNull();
        }
        assertThat(outliers.onResult(one, trial, Outcome.OK, 0, now)).isNotNull();
        assertThat(outliers.onResult(one, trial, Outcome.OK, 0, now)).isNull();
    }

    /** A caller that loses a ticket, or a request that takes hours, must not keep a backend out for ever. */
    @Test
    void aTrialWithoutAnEndMakesWayForAnother() {
        pool(2);
        Passive one = pool.get(0);
        Ticket lost = trial(one);
        now += 30 * SECOND - 1;
        assertThat(outliers.begin(one, now)).isNull();
        now++;
        Ticket second = requireNonNull(outliers.begin(one, now));
        assertThat(outliers.onResult(one, lost, Outcome.FAILED, 0, now)).isNull();
        assertThat(outliers.begin(one, now)).isNull();
        assertThat(outliers.onResult(one, second, Outcome.OK, 0, now)).isNotNull();
    }

    @Test
    void ejectionsGrowToTheLongest() {
        pool(2);
        Passive one = pool.get(0);
        fail(one, 5);
        List<Long> seconds = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            seconds.add((out(one).untilNanos() - now) / SECOND);
            now = out(one).untilNanos();
            outliers.tick(now);
            Ticket trial = requireNonNull(outliers.begin(one, now));
            now += 60 * SECOND; // a trial that ends by a timeout is no time without ejection
            assertThat(outliers.onResult(one, trial, Outcome.FAILED, 0, now)).isNotNull();
        }
        assertThat(seconds).containsExactly(30L, 60L, 90L, 120L, 150L, 180L, 210L, 240L, 270L, 300L, 300L, 300L);
        assertThat(out(one).reason()).isEqualTo("its trial failed: out for 5m");
    }

    /** Three ejections are on the record when it comes back. */
    @ParameterizedTest
    @CsvSource({"0, 120", "29, 120", "30, 90", "59, 90", "60, 60", "89, 60", "90, 30", "100000, 30"})
    void eachBaseTimeInServiceTakesOneOff(long cleanSeconds, long nextSeconds) {
        pool(2);
        Passive one = pool.get(0);
        ejectThreeTimes(one);
        now += cleanSeconds * SECOND;
        fail(one, 5);
        assertThat(out(one).untilNanos() - now).isEqualTo(nextSeconds * SECOND);
    }

    private void ejectThreeTimes(Passive one) {
        Ticket trial = trial(one);
        outliers.onResult(one, trial, Outcome.FAILED, 0, now);
        now = out(one).untilNanos();
        outliers.tick(now);
        outliers.onResult(one, requireNonNull(outliers.begin(one, now)), Outcome.FAILED, 0, now);
        comesBack(one);
    }

    @ParameterizedTest
    @CsvSource({
        "2, 50, 1",
        "3, 50, 1",
        "4, 50, 2",
        "5, 50, 2",
        "10, 10, 1",
        "10, 100, 9",
        "2, 0, 1",
        "1, 100, 0",
        "2, 100, 1"
    })
    void noMoreThanTheShareAndNeverTheLast(int size, int percent, int ejected) {
        pool(size, terms(true, 5, percent));
        for (Passive who : pool) fail(who, 20);
        assertThat(pool.stream().filter(who -> outliers.state(who) instanceof Out))
                .hasSize(ejected);
    }

    @Test
    void whoFailsItsChecksIsNoOtherToLeaveTo() {
        pool(3);
        down.add("b1");
        down.add("b2");
        assertThat(fail(pool.get(0), 10)).isNull();
        down.remove("b2");
        assertThat(fail(pool.get(0), 1)).isNotNull();
    }

    @Test
    void whoIsOnProbationIsNoOtherToLeaveTo() {
        pool(2);
        Ticket trial = trial(pool.get(0));
        assertThat(fail(pool.get(1), 10)).isNull();
        outliers.onResult(pool.get(0), trial, Outcome.OK, 0, now);
        assertThat(fail(pool.get(1), 1)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "20, 20", "60, 60", "61, 60", "86400, 60", "9223372036854775807, 60"})
    void retryAfterBenches(long asked, long seconds) {
        pool(2);
        Passive one = pool.get(0);
        Transition change = outliers.onResult(one, Ticket.PLAIN, Outcome.FAILED, asked, now);
        assertThat(requireNonNull(change).reason()).startsWith("its 503 had a Retry-After");
        assertThat(out(one).untilNanos() - now).isEqualTo(seconds * SECOND);
        comesBack(one);
        fail(one, 5);
        assertThat(out(one).untilNanos() - now).as("it was no ejection").isEqualTo(30 * SECOND);
    }

    @Test
    void retryAfterOfATrialBenchesAndDoesNotCount() {
        pool(2);
        Passive one = pool.get(0);
        Ticket trial = trial(one);
        outliers.onResult(one, trial, Outcome.FAILED, 7, now);
        assertThat(out(one).untilNanos() - now).isEqualTo(7 * SECOND);
        now = out(one).untilNanos();
        outliers.tick(now);
        outliers.onResult(one, requireNonNull(outliers.begin(one, now)), Outcome.FAILED, 0, now);
        assertThat(out(one).untilNanos() - now).isEqualTo(60 * SECOND);
    }

    /** A backend that asks for a rest now and then is forgiven none the less. */
    @Test
    void retryAfterKeepsTheTimeInServiceThatWasGood() {
        pool(2);
        Passive one = pool.get(0);
        fail(one, 5);
        comesBack(one);
        for (int i = 0; i < 3; i++) {
            now += 10 * SECOND;
            outliers.onResult(one, Ticket.PLAIN, Outcome.FAILED, 1, now);
            comesBack(one);
        }
        fail(one, 5);
        assertThat(out(one).untilNanos() - now).isEqualTo(30 * SECOND);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0})
    void aRetryAfterOfNothingIsAFailureLikeOthers(long seconds) {
        pool(2);
        for (int i = 0; i < 4; i++)
            assertThat(outliers.onResult(pool.get(0), Ticket.PLAIN, Outcome.FAILED, seconds, now))
                    .isNull();
        assertThat(outliers.onResult(pool.get(0), Ticket.PLAIN, Outcome.FAILED, seconds, now))
                .isNotNull();
    }

    @Test
    void whereNobodyCanBeSparedARetryAfterStillCountsAsFailure() {
        pool(2);
        down.add("b1");
        for (int i = 0; i < 4; i++)
            assertThat(outliers.onResult(pool.get(0), Ticket.PLAIN, Outcome.FAILED, 5, now))
                    .isNull();
        down.clear();
        assertThat(requireNonNull(fail(pool.get(0), 1)).reason()).startsWith("5 failures in a row");
    }

    @Test
    void offEjectsNobodyAndLetsAllBack() {
        pool(4);
        Ticket trial = trial(pool.get(0));
        fail(pool.get(1), 5);
        outliers.replaceTerms(OFF);
        assertThat(outliers.onResult(pool.get(0), trial, Outcome.FAILED, 0, now))
                .isNull();
        assertThat(outliers.tick(now))
                .extracting(Transition::to, Transition::reason)
                .hasSize(2)
                .containsOnly(tuple("in", "outlier detection is off"));
        assertThat(fail(pool.get(2), 20)).isNull();
        assertThat(outliers.onResult(pool.get(2), Ticket.PLAIN, Outcome.FAILED, 9, now))
                .isNull();
        assertThat(outliers.tick(now)).isEmpty();
    }

    @Test
    void whoComesBackBecauseOfOffStartsAtNothing() {
        pool(2);
        fail(pool.get(0), 5);
        outliers.replaceTerms(OFF);
        outliers.tick(now);
        outliers.replaceTerms(DEFAULTS);
        assertThat(fail(pool.get(0), 4)).isNull();
        fail(pool.get(0), 1);
        assertThat(out(pool.get(0)).untilNanos() - now).isEqualTo(30 * SECOND);
    }

    @Test
    void whoeverIsDueFirstIsBackFirst() {
        pool(4);
        now = Long.MAX_VALUE - 35 * SECOND;
        fail(pool.get(0), 5);
        long first = now + 30 * SECOND;
        now += 10 * SECOND;
        fail(pool.get(1), 5);
        assertThat(outliers.tick(first - 1)).isEmpty();
        assertThat(outliers.tick(first)).extracting(Transition::backend).containsExactly("b0");
        assertThat(outliers.tick(first + 10 * SECOND - 1)).isEmpty();
        assertThat(outliers.tick(first + 10 * SECOND))
                .extracting(Transition::backend)
                .containsExactly("b1");
    }

    @Test
    void withoutConsecutiveFailuresNoneInARowEject() {
        pool(2, terms(true, 0, 50));
        assertThat(fail(pool.get(0), 1000)).isNull();
    }

    @Test
    void newTermsHoldForTheNextFailure() {
        pool(2);
        assertThat(fail(pool.get(0), 3)).isNull();
        outliers.replaceTerms(terms(true, 4, 50));
        assertThat(fail(pool.get(0), 1)).isNotNull();
    }

    @Test
    void whoHasLeftChangesNothingAndMakesRoom() {
        pool(3);
        Passive gone = pool.get(0);
        fail(gone, 5);
        assertThat(fail(pool.get(1), 5)).isNull();
        outliers.forget(gone);
        assertThat(outliers.tick(now + 30 * SECOND)).isEmpty();
        assertThat(fail(gone, 20)).isNull();
        assertThat(fail(pool.get(1), 1)).isNotNull();
    }

    @Test
    void theWorstOfAnIntervalGoesWhereTheShareIsOne() {
        pool(10, terms(true, 5, 10));
        Map<Passive, Totals> before = new HashMap<>();
        Map<Passive, Totals> after = new HashMap<>();
        for (Passive who : pool) {
            before.put(who, new Totals(1000, 1000, 0, 0));
            after.put(who, new Totals(2000, 1000, 0, 0));
        }
        after.put(pool.get(3), new Totals(1250, 1750, 0, 0));
        after.put(pool.get(7), new Totals(1200, 1800, 0, 0));
        assertThat(outliers.compare(before, after, now))
                .singleElement()
                .satisfies(change -> assertThat(change.backend()).isEqualTo("b7"))
                .satisfies(change -> assertThat(change.reason())
                        .isEqualTo(
                                "success rate of 20.0 %, below 25.6 % where the pool's mean is 84.5 %: out for 30s"));
        outliers.replaceTerms(OFF);
        assertThat(outliers.compare(before, after, now)).isEmpty();
    }

    /** Whatever the threads do: each is ejected once, and not all of them. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 8})
    void manyThreadsEjectEachOnceAndNotAll(int size) throws InterruptedException, ExecutionException {
        for (int round = 0; round < 200; round++) {
            pool(size, terms(true, 5, 100));
            List<Transition> changes = failAllFromManyThreads();
            assertThat(changes).hasSize(size - 1).doesNotHaveDuplicates();
            assertThat(pool.stream().filter(who -> outliers.state(who) instanceof In))
                    .hasSize(1);
        }
    }

    private List<Transition> failAllFromManyThreads() throws InterruptedException, ExecutionException {
        CountDownLatch start = new CountDownLatch(1);
        List<FutureTask<List<Transition>>> tasks = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            int first = thread;
            FutureTask<List<Transition>> task = new FutureTask<>(() -> {
                start.await();
                List<Transition> seen = new ArrayList<>();
                for (int i = 0; i < 8 * pool.size(); i++) {
                    Transition change = result(pool.get((first + i) % pool.size()), Outcome.FAILED);
                    if (change != null) seen.add(change);
                }
                return seen;
            });
            tasks.add(task);
            Thread.ofPlatform().daemon().start(task);
        }
        start.countDown();
        List<Transition> changes = new ArrayList<>();
        for (FutureTask<List<Transition>> task : tasks) changes.addAll(task.get());
        return changes;
    }

    @Test
    void ofManyThreadsOneGetsTheTrial() throws InterruptedException, ExecutionException {
        for (int round = 0; round < 200; round++) {
            pool(2);
            Passive one = pool.get(0);
            fail(one, 5);
            now = out(one).untilNanos();
            outliers.tick(now);
            CountDownLatch start = new CountDownLatch(1);
            List<FutureTask<Boolean>> tasks = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                FutureTask<Boolean> task = new FutureTask<>(() -> {
                    start.await();
                    return outliers.begin(one, now) != null;
                });
                tasks.add(task);
                Thread.ofPlatform().daemon().start(task);
            }
            start.countDown();
            int trials = 0;
            for (FutureTask<Boolean> task : tasks) if (task.get()) trials++;
            assertThat(trials).isEqualTo(1);
        }
    }
}
