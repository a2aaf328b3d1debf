package dev.rondo.balancer.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long MS = 1_000_000;
    private static final long BEGIN = -7 * MS;

    private static Pace pace(double rate, long millis, long requests) {
        return new Pace(rate, Duration.ofMillis(millis), requests, BEGIN);
    }

    @Test
    void requestsAreDueAtEvenDistances() {
        Pace pace = pace(100, 30, 0);
        assertThat(pace.take(BEGIN)).isEqualTo(BEGIN);
        assertThat(pace.take(BEGIN)).isEqualTo(BEGIN + 10 * MS);
        assertThat(pace.take(BEGIN + 25 * MS)).isEqualTo(BEGIN + 20 * MS);
        assertThat(pace.take(BEGIN + 25 * MS)).isNull();
    }

    @Test
    void aSecondAtMostIsMadeUpFor() {
        Pace pace = pace(1, 60_000, 0);
        assertThat(pace.take(BEGIN)).isEqualTo(BEGIN);
        assertThat(pace.take(BEGIN + 10_500 * MS)).isEqualTo(BEGIN + 9_500 * MS);
        assertThat(pace.take(BEGIN + 10_500 * MS)).isEqualTo(BEGIN + 10_500 * MS);
    }

    @Test
    void aNumberOfRequestsStandsInsteadOfTheDuration() {
        Pace pace = pace(1, 1, 2);
        assertThat(pace.take(BEGIN + 1000 * MS)).isNotNull();
        assertThat(pace.take(BEGIN + 1000 * MS)).isNotNull();
        assertThat(pace.take(BEGIN + 1000 * MS)).isNull();
    }

    @Test
    void withoutARateEachIsDueAtOnce() {
        Pace pace = pace(0, 10, 0);
        assertThat(pace.take(BEGIN + 9 * MS)).isEqualTo(BEGIN + 9 * MS);
        assertThat(pace.take(BEGIN + 9 * MS)).isEqualTo(BEGIN + 9 * MS);
        assertThat(pace.take(BEGIN + 10 * MS)).isNull();
    }

    @Test
    void nothingIsDueAfterAStop() {
        Pace pace = pace(100, 1000, 0);
        pace.stop();
        assertThat(pace.take(BEGIN)).isNull();
    }
}
