package dev.rondo.balancer.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutlierComparisonTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static OutlierTerms terms(double stdevFactor, double latencyFactor) {
        return new OutlierTerms(
                true, 5, 30 * SECOND, 300 * SECOND, 50, 5, 100, stdevFactor, latencyFactor, 60 * SECOND);
    }

    /** Who is suspected after an interval that began with nothing. */
    private static List<Integer> suspects(Map<Integer, Totals> after, OutlierTerms terms) {
        return Comparison.suspects(Map.of(), after, terms).stream()
                .map(Comparison.Suspect::who)
                .toList();
    }

    private static Map<Integer, Totals> failures(int requests, int... failures) {
        Map<Integer, Totals> totals = new HashMap<>();
        for (int i = 0; i < failures.length; i++)
            totals.put(i, new Totals(requests - failures[i], failures[i], requests, requests));
        return totals;
    }

    private static Map<Integer, Totals> latencies(int answers, int... millis) {
        Map<Integer, Totals> totals = new HashMap<>();
        for (int i = 0; i < millis.length; i++)
            totals.put(i, new Totals(answers, 0, answers, TimeUnit.MILLISECONDS.toNanos(millis[i]) * answers));
        return totals;
    }

    private static int[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
    }

    @ParameterizedTest
    @CsvSource({
        "100, 0 0 0 0 30, 4",
        "100, 0 30 0 0 0, 1",
        "99, 0 0 0 0 30, ''", // too few requests
        "100, 0 0 0 30, ''", // too few backends
        "100, 30 30 30 30 30, ''", // all the same
        "300, 100 100 100 100 100, ''", // thirds are not exact in binary
        "100, 0 0 0 0 4, ''", // fewer than would eject in a row
        "100, 0 0 0 0 5, 4",
        "100, 0 0 0 40 40, ''", // two of five are the pool's own trouble
        "100, 0 0 0 0 0 0 0 0 50 40, 8",
        "1000, 10 12 9 11 10 13 8 600, 7",
    })
    void successRates(int requests, String failures, String expected) {
        assertThat(suspects(failures(requests, numbers(failures)), terms(1.9, 0)))
                .isEqualTo(expected.isEmpty() ? List.of() : List.of(Integer.valueOf(expected)));
    }

    @ParameterizedTest
    @CsvSource({
        "100, 10 10 10 10 31, 4",
        "100, 10 10 10 10 30, ''", // three times is not above three times
        "100, 10 10 31 10 10 10, 2",
        "100, 10 10 10 20 20 46, 5", // between two in the middle: 15
        "100, 10 10 10 20 20 45, ''",
        "99, 10 10 10 10 500, ''",
        "100, 10 10 10 500, ''",
    })
    void latencies(int answers, String millis, String expected) {
        assertThat(suspects(latencies(answers, numbers(millis)), terms(0, 3)))
                .isEqualTo(expected.isEmpty() ? List.of() : List.of(Integer.valueOf(expected)));
    }

    @Test
    void onlyTheIntervalCounts() {
        Map<Integer, Totals> before = failures(10_000, 0, 0, 0, 0, 9_000);
        Map<Integer, Totals> after = new HashMap<>();
        before.forEach((who, totals) -> after.put(
                who, new Totals(totals.successes() + 200, totals.failures(), totals.answers(), totals.latencyNanos())));
        assertThat(Comparison.suspects(before, after, terms(1.9, 3))).isEmpty();
        after.put(0, new Totals(10_100, 100, 10_000, 10_000));
        assertThat(Comparison.suspects(before, after, terms(1.9, 3)))
                .containsExactly(new Comparison.Suspect<>(
                        0,
                        Ejection.Cause.SUCCESS_RATE,
                        "success rate of 50.0 %, below 52.0 % where the pool's mean is 90.0 %"));
    }

    /** Whatever has happened to a counter, an interval that nobody can have seen is none. */
    @Test
    void whoseCounterHasGoneBackwardsIsNotCompared() {
        Map<Integer, Totals> before = failures(10_000, 0, 0, 0, 0, 0);
        Map<Integer, Totals> after = failures(10_200, 0, 0, 0, 0, 200);
        assertThat(Comparison.suspects(before, after, terms(1.9, 3))).hasSize(1);
        after.put(4, new Totals(9_999, 200, 10_200, 10_200));
        assertThat(Comparison.suspects(before, after, terms(1.9, 3))).isEmpty();
        assertThat(new Totals(5, 5, 5, 4).since(new Totals(1, 1, 1, 5))).isEqualTo(Totals.NONE);
        assertThat(new Totals(5, 5, 5, 5).since(new Totals(5, 6, 5, 5))).isEqualTo(Totals.NONE);
        assertThat(new Totals(5, 5, 5, 5).since(new Totals(5, 5, 6, 5))).isEqualTo(Totals.NONE);
    }

    @Test
    void theFailingBeforeTheSlowTheWorstFirstAndEachOnce() {
        Map<Integer, Totals> totals = latencies(1000, 10, 10, 10, 10, 10, 10, 10, 50, 60, 10);
        totals.put(8, new Totals(400, 600, 1000, TimeUnit.MILLISECONDS.toNanos(60) * 1000));
        totals.put(9, new Totals(300, 700, 1000, TimeUnit.MILLISECONDS.toNanos(10) * 1000));
        assertThat(suspects(totals, terms(1.2, 3))).containsExactly(9, 8, 7);
        assertThat(suspects(totals, terms(0, 3))).containsExactly(8, 7);
        assertThat(suspects(totals, terms(1.2, 0))).containsExactly(9, 8);
        assertThat(suspects(totals, terms(0, 0))).isEmpty();
    }

    @Test
    void whoHasHadNoRequestIsNotCompared() {
        OutlierTerms terms = new OutlierTerms(true, 5, SECOND, SECOND, 50, 0, 0, 1, 2, 0);
        assertThat(Comparison.suspects(Map.of(), Map.<Integer, Totals>of(), terms))
                .isEmpty();
        assertThat(Comparison.suspects(Map.of(), Map.of(1, Totals.NONE, 2, new Totals(1, 9, 0, 0)), terms))
                .isEmpty();
    }

    /** Of equals nobody is worse, however the division comes out. */
    @Property
    void equalsAreLeftAlone(
            @ForAll @IntRange(min = 5, max = 40) int size,
            @ForAll @IntRange(min = 100, max = 5000) int requests,
            @ForAll @IntRange(max = 100) int failures) {
        int[] all = new int[size];
        Arrays.fill(all, failures);
        assertThat(suspects(failures(requests, all), terms(1.9, 3))).isEmpty();
    }
}
