package dev.rondo.balancer.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SmoothTableTest {
    private static List<String> ids(List<Peer> table) {
        return table.stream().map(Peer::id).toList();
    }

    private static int repeats(List<Peer> table) {
        int repeats = 0;
        for (int i = 0; i < table.size(); i++) {
            if (table.get(i) == table.get((i + 1) % table.size())) repeats++;
        }
        return repeats;
    }

    @Property(tries = 500)
    void wholeWeightsAreExactAndNobodyHasTwoTurnsInARowUnlessOneHasMoreThanHalf(
            @ForAll @Size(min = 1, max = 12) List<@IntRange(max = 30) Integer> weights) {
        List<Peer> peers = Peer.weighing(weights);
        List<Peer> table = SmoothTable.of(Weighted.of(peers));
        int divisor = weights.stream().reduce(0, SmoothTableTest::divisor);
        int heaviest = 0;
        for (Peer peer : peers) {
            int turns = divisor == 0 ? 0 : peer.weight() / divisor;
            assertThat(Collections.frequency(table, peer))
                    .as("%s of %s", peer, table)
                    .isEqualTo(turns);
            heaviest = Math.max(heaviest, turns);
        }
        // one beside all others stands beside itself as often as it has more turns than they
        int unavoidable = Math.max(0, 2 * heaviest - table.size());
        assertThat(repeats(table)).as("%s", table).isEqualTo(unavoidable);
    }

    private static int divisor(int one, int other) {
        return other == 0 ? one : divisor(other, one % other);
    }

    /** Of few peers with weights near half of all, where a plain order by due times fails. */
    @Property(tries = 500)
    void nobodyHasTwoTurnsInARowInATightCycle(
            @ForAll @IntRange(min = 1, max = 12) int heavy,
            @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 1, max = 6) Integer> others) {
        int sum = others.stream().mapToInt(Integer::intValue).sum();
        List<Integer> weights = new ArrayList<>(others);
        weights.add(Math.min(heavy, sum));
        List<Peer> table = SmoothTable.of(Weighted.of(Peer.weighing(weights)));
        int most = table.stream()
                .distinct()
                .mapToInt(p -> Collections.frequency(table, p))
                .max()
                .orElse(0);
        assertThat(repeats(table)).as("%s", table).isEqualTo(Math.max(0, 2 * most - table.size()));
    }

    /** At any moment of a cycle everyone has had what is due to it, give or take. */
    @Property(tries = 300)
    void turnsAreSpread(@ForAll @Size(min = 2, max = 12) List<@IntRange(min = 1, max = 30) Integer> weights) {
        List<Peer> peers = Peer.weighing(weights);
        List<Peer> table = SmoothTable.of(Weighted.of(peers));
        double sum = weights.stream().mapToInt(Integer::intValue).sum();
        for (Peer peer : peers) {
            int had = 0;
            for (int i = 0; i < table.size(); i++) {
                if (table.get(i) == peer) had++;
                assertThat(had)
                        .as("%s after %d of %s", peer, i + 1, table)
                        .isCloseTo((int) Math.round((i + 1) * peer.weight() / sum), within(2));
            }
        }
    }

    @Test
    void theOrderOfSomeCycles() {
        assertThat(ids(SmoothTable.of(Weighted.of(Peer.weighing(List.of(1, 1, 1))))))
                .containsExactly("p0", "p1", "p2");
        assertThat(ids(SmoothTable.of(Weighted.of(Peer.weighing(List.of(3, 1, 1, 1))))))
                .containsExactly("p0", "p1", "p0", "p2", "p0", "p3");
        assertThat(ids(SmoothTable.of(Weighted.of(Peer.weighing(List.of(5, 1, 1))))))
                .containsExactly("p0", "p0", "p1", "p0", "p0", "p0", "p2");
        assertThat(ids(SmoothTable.of(Weighted.of(Peer.weighing(List.of(0, 4, 0))))))
                .containsExactly("p1");
        assertThat(SmoothTable.of(Weighted.of(Peer.weighing(List.of(0, 0))))).isEmpty();
    }

    /** Ratios are what counts: a backend in its slow start, and a pool that has come up at once. */
    @Test
    void fractionsAreMetToo() {
        List<Peer> peers = Peer.even(3);
        assertThat(SmoothTable.of(peers, new double[] {0.3, 0.3, 0.3})).hasSize(3);
        assertThat(SmoothTable.of(peers, new double[] {0.2, 0.3, 0.5})).hasSize(10);
        double[] weights = {1, Math.PI / 10, 1e-12};
        List<Peer> rounded = SmoothTable.of(peers, weights);
        assertThat(rounded.size()).isBetween(1_000, 1_050);
        assertThat(Collections.frequency(rounded, peers.get(1)) / (double) rounded.size())
                .isCloseTo(Math.PI / (10 + Math.PI), within(0.001));
        assertThat(Collections.frequency(rounded, peers.get(2))).isEqualTo(1);
    }

    @Test
    void aCycleOfAThousandIsBounded() {
        Random random = new Random(1);
        double[] weights = random.doubles(1_000, 0.1, 1).toArray();
        List<Peer> peers = Peer.even(1_000);
        List<Peer> table = SmoothTable.of(peers, weights);
        assertThat(table.size()).isBetween(15_500, 16_500);
        double sum = Arrays.stream(weights).sum();
        for (int i = 0; i < weights.length; i++) {
            assertThat((double) Collections.frequency(table, peers.get(i)))
                    .isCloseTo(weights[i] / sum * 16_000, within(0.51));
        }
    }

    @Test
    void weightsThatAreNoneAreRefused() {
        List<Peer> peers = Peer.even(2);
        assertThatThrownBy(() -> SmoothTable.of(peers, new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 weights for 2 candidates: give one for each, 0 where it gets nothing");
        for (double wrong : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> SmoothTable.of(peers, new double[] {1, wrong}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("weight of p1 is " + wrong + ": give a finite number that is not negative");
        }
    }
}
