package dev.rondo.balancer.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private static final long INTERVAL = 10;

    private final Rounds rounds = new Rounds();
    private final Passive one = new Passive("one", () -> true);
    private final Passive two = new Passive("two", () -> true);

    private static Totals done(long requests) {
        return new Totals(requests, 0, requests, requests);
    }

    @Test
    void theFirstLookBeginsAnInterval() {
        assertThat(rounds.isDue(List.of(one), INTERVAL, -5)).isTrue();
        assertThat(rounds.look(Map.of(one, done(7)), INTERVAL, -5)).isNull();
        assertThat(rounds.isDue(List.of(one), INTERVAL, 4)).isFalse();
        assertThat(rounds.look(Map.of(one, done(8)), INTERVAL, 4)).isNull();
        assertThat(rounds.isDue(List.of(one), INTERVAL, 5)).isTrue();
        assertThat(rounds.look(Map.of(one, done(9)), INTERVAL, 5))
                .isEqualTo(new Rounds.Round(Map.of(one, done(7)), Map.of(one, done(9))));
        assertThat(rounds.look(Map.of(one, done(12)), INTERVAL, 15))
                .isEqualTo(new Rounds.Round(Map.of(one, done(9)), Map.of(one, done(12))));
    }

    /** The counters of a name go on when it is removed and comes back; the backend is another. */
    @Test
    void whoJoinsIsNotHeldToWhatWasBefore() {
        rounds.look(Map.of(one, done(0)), INTERVAL, 0);
        assertThat(rounds.isDue(List.of(one, two), INTERVAL, 3)).isTrue();
        assertThat(rounds.look(Map.of(one, done(5), two, done(500)), INTERVAL, 3))
                .isNull();
        assertThat(rounds.isDue(List.of(one, two), INTERVAL, 4)).isFalse();
        Passive again = new Passive("one", () -> true);
        assertThat(rounds.look(Map.of(again, done(9), two, done(502)), INTERVAL, 10))
                .isEqualTo(new Rounds.Round(
                        Map.of(again, done(9), two, done(500)), Map.of(again, done(9), two, done(502))));
    }

    @Test
    void whoIsNotComparedForAWhileBeginsAnew() {
        rounds.look(Map.of(one, done(0), two, done(0)), INTERVAL, 0);
        assertThat(rounds.isDue(List.of(one), INTERVAL, 2)).isTrue();
        rounds.look(Map.of(one, done(1)), INTERVAL, 2);
        rounds.look(Map.of(one, done(2), two, done(50)), INTERVAL, 4);
        assertThat(rounds.look(Map.of(one, done(3), two, done(60)), INTERVAL, 10))
                .isEqualTo(new Rounds.Round(Map.of(one, done(0), two, done(50)), Map.of(one, done(3), two, done(60))));
        rounds.stop();
        assertThat(rounds.look(Map.of(one, done(100)), INTERVAL, 1_000)).isNull();
        assertThat(rounds.look(Map.of(one, done(101)), INTERVAL, 1_010))
                .isEqualTo(new Rounds.Round(Map.of(one, done(100)), Map.of(one, done(101))));
    }
}
