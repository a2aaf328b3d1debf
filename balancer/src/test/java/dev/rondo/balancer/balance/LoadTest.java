package dev.rondo.balancer.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Pickers that look at what candidates are doing, or let chance decide. */
class LoadTest {
    private final Random random = new Random(7);

    private static double load(Peer peer) {
        return (double) peer.inFlight / peer.weight();
    }

    private Peer pick(Picker<Peer> picker) {
        Peer picked = picker.pick(random.nextLong(), 0, random, Picker.ANY);
        if (picked == null) throw new AssertionError("nobody");
        return picked;
    }

    private static List<Peer> loaded(List<Integer> loads, int spread) {
        List<Peer> peers = new ArrayList<>();
        for (int load : loads) {
            Peer peer = new Peer("p" + peers.size(), 1 + peers.size() % spread);
            peer.inFlight = load;
            peers.add(peer);
        }
        return peers;
    }

    @Property(tries = 300)
    void leastRequestsPicksNobodyFullerThanAnother(
            @ForAll @Size(min = 1, max = 20) List<@IntRange(max = 9) Integer> loads,
            @ForAll @IntRange(min = 1, max = 3) int spread) {
        List<Peer> peers = loaded(loads, spread);
        LeastRequests<Peer> picker = new LeastRequests<>(new AtomicLong(3), Weighted.of(peers));
        for (int i = 0; i < 20; i++) {
            double least = peers.stream().mapToDouble(LoadTest::load).min().orElseThrow();
            Peer picked = pick(picker);
            assertThat(load(picked)).isEqualTo(least);
            picked.inFlight++;
        }
    }

    /** Two are looked at, no more, and never the same twice. */
    @Property(tries = 300)
    void powerOfTwoPicksTheLessLoadedOfThoseSeen(
            @ForAll @Size(min = 1, max = 20) List<@IntRange(max = 9) Integer> loads,
            @ForAll @IntRange(min = 1, max = 3) int spread) {
        List<Peer> peers = loaded(loads, spread);
        PowerOfTwo<Peer> picker = new PowerOfTwo<>(Weighted.of(peers));
        List<Peer> seen = new ArrayList<>();
        for (Peer peer : peers) peer.seen = seen;
        for (int i = 0; i < 50; i++) {
            seen.clear();
            Peer picked = pick(picker);
            if (peers.size() == 1) continue;
            assertThat(seen).hasSize(2).doesNotHaveDuplicates().contains(picked);
            assertThat(load(picked)).isEqualTo(Math.min(load(seen.get(0)), load(seen.get(1))));
        }
    }

    /** In a pool of two both are always seen. */
    @Test
    void powerOfTwoNeverPicksTheFullerOfTwo() {
        List<Peer> peers = Peer.even(2);
        peers.get(1).inFlight = 1;
        PowerOfTwo<Peer> picker = new PowerOfTwo<>(Weighted.of(peers));
        for (int i = 0; i < 1_000; i++) assertThat(pick(picker)).isSameAs(peers.get(0));
    }

    @Property(tries = 50)
    void leastRequestsRotatesAmongThoseThatHaveAsFew(
            @ForAll @IntRange(min = 1, max = 12) int idle, @ForAll @IntRange(max = 12) int busy) {
        List<Peer> peers = new ArrayList<>(Peer.even(idle + busy));
        Collections.shuffle(peers, random);
        for (Peer peer : peers.subList(0, busy)) peer.inFlight = 1;
        Collections.shuffle(peers, random);
        LeastRequests<Peer> picker = new LeastRequests<>(new AtomicLong(), Weighted.of(peers));
        for (int window = 0; window < 3; window++) {
            HashSet<Peer> hit = new HashSet<>();
            for (int i = 0; i < idle; i++) hit.add(pick(picker));
            assertThat(hit).hasSize(idle).allMatch(peer -> peer.inFlight == 0);
        }
    }

    /** Nothing in flight between two requests: weights count all the same. */
    @Test
    void idleCandidatesAreUsedByWeight() {
        List<Peer> peers = Peer.weighing(List.of(2, 6));
        double[] slowStart = {0.25, 0.75};
        for (Weighted<Peer> all : List.of(Weighted.of(peers), Weighted.of(peers, slowStart))) {
            Map<Peer, Integer> counts = new HashMap<>();
            LeastRequests<Peer> picker = new LeastRequests<>(new AtomicLong(), all);
            for (int i = 0; i < 400; i++) counts.merge(pick(picker), 1, Integer::sum);
            assertThat(counts).containsOnly(Map.entry(peers.get(0), 100), Map.entry(peers.get(1), 300));
        }
    }

    @Test
    void chanceFollowsWeights() {
        List<Peer> peers = Peer.weighing(List.of(1, 2, 0, 3, 14));
        Peer gone = peers.get(3);
        Picker<Peer> picker = new RandomPick<>(Weighted.of(peers));
        Map<@Nullable Peer, Integer> all = new HashMap<>();
        Map<@Nullable Peer, Integer> some = new HashMap<>();
        int picks = 100_000;
        for (int i = 0; i < picks; i++) {
            all.merge(picker.pick(0, 0, random, Picker.ANY), 1, Integer::sum);
            some.merge(picker.pick(0, 0, random, peer -> peer != gone), 1, Integer::sum);
        }
        assertThat(some).doesNotContainKey(gone);
        for (Peer peer : peers) {
            double share = picks * peer.weight() / 20.0;
            assertThat((double) all.getOrDefault(peer, 0)).isCloseTo(share, within(5 * Math.sqrt(share)));
            double shareOfSome = peer == gone ? 0 : picks * peer.weight() / 17.0;
            assertThat((double) some.getOrDefault(peer, 0)).isCloseTo(shareOfSome, within(5 * Math.sqrt(shareOfSome)));
        }
    }

    /** Only one of a hundred is usable: so it is always looked for among all. */
    @Test
    void sharesHoldWhereAlmostNobodyIsUsable() {
        List<Peer> peers = new ArrayList<>(Peer.even(200));
        Peer one = peers.get(17);
        Peer three = new Peer("three", 3);
        peers.add(three);
        Picker<Peer> picker = new RandomPick<>(Weighted.of(peers));
        int threes = 0;
        for (int i = 0; i < 20_000; i++) {
            if (picker.pick(0, 0, random, peer -> peer == one || peer == three) == three) threes++;
        }
        assertThat(threes / 20_000.0).isCloseTo(0.75, within(0.02));
    }

    @Test
    void peakEwmaPicksTheOneThatPromisesToAnswerSooner() {
        List<Peer> peers = Peer.even(2);
        Peer one = peers.get(0);
        Peer other = peers.get(1);
        PeakEwma<Peer> picker = new PeakEwma<>(Weighted.of(peers));
        one.latencyNanos = 1_000;
        other.latencyNanos = 2_500;
        one.inFlight = 1;
        for (int i = 0; i < 100; i++) assertThat(pick(picker)).isSameAs(one); // 2,000 to 2,500
        one.inFlight = 2;
        for (int i = 0; i < 100; i++) assertThat(pick(picker)).isSameAs(other); // 3,000 to 2,500
        other.inFlight = 1;
        for (int i = 0; i < 100; i++) assertThat(pick(picker)).isSameAs(one); // 3,000 to 5,000
    }

    /** One that has just come is tried, with one request and not with all. */
    @Test
    void peakEwmaTriesTheUnknownWithOneRequest() {
        List<Peer> peers = Peer.even(2);
        Peer known = peers.get(0);
        Peer unknown = peers.get(1);
        PeakEwma<Peer> picker = new PeakEwma<>(Weighted.of(peers));
        known.latencyNanos = 5;
        for (int i = 0; i < 100; i++) assertThat(pick(picker)).isSameAs(unknown);
        unknown.inFlight = 1;
        known.inFlight = 50;
        for (int i = 0; i < 100; i++) assertThat(pick(picker)).isSameAs(known);
        known.latencyNanos = 0;
        for (int i = 0; i < 100; i++) assertThat(pick(picker)).isSameAs(unknown);
    }

    @Property(tries = 200)
    void nobodyGetsAboveItsBoundWhileAnotherHasRoom(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 5) Integer> weights,
            @ForAll @DoubleRange(min = 1, max = 2) double factor,
            @ForAll boolean maglev,
            @ForAll @IntRange(min = 1, max = 3) int keys) {
        List<Peer> peers = Peer.weighing(weights);
        Weighted<Peer> all = Weighted.of(peers);
        BoundedLoad<Peer> picker = new BoundedLoad<>(maglev ? new Maglev<>(all) : new Rendezvous<>(all), all, factor);
        int sum = weights.stream().mapToInt(Integer::intValue).sum();
        for (int together = 1; together <= 60; together++) {
            Peer picked = picker.pick(Hash.of("client " + together % keys), 0, random, Picker.ANY);
            if (picked == null) throw new AssertionError("nobody");
            picked.inFlight++;
            assertThat(picked.inFlight)
                    .isLessThanOrEqualTo((int) Math.ceil(factor * together * picked.weight() / sum + 1e-6));
        }
    }

    @Test
    void aKeyStaysWithItsOwnWhileThatHasRoomAndAnybodyIsBetterThanNobody() {
        List<Peer> peers = Peer.even(4);
        Weighted<Peer> all = Weighted.of(peers);
        Rendezvous<Peer> hashing = new Rendezvous<>(all);
        BoundedLoad<Peer> picker = new BoundedLoad<>(hashing, all, 1.25);
        Peer own = hashing.pick(99, 0, random, Picker.ANY);
        if (own == null) throw new AssertionError("nobody");
        for (Peer peer : peers) peer.inFlight = 7;
        // ceil(1.25 × 29 / 4) = 10
        own.inFlight = 8;
        assertThat(picker.pick(99, 0, random, Picker.ANY)).isSameAs(own);
        own.inFlight = 12;
        assertThat(picker.pick(99, 0, random, Picker.ANY)).isNotSameAs(own);
        assertThat(picker.pick(99, 0, random, peer -> peer == own)).isSameAs(own);
        assertThatThrownBy(() -> new BoundedLoad<>(hashing, all, 0.9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a bound of 0.9 times the mean: give 1 or more");
    }

    @Test
    void aSlowStartGrowsToTheWholeWeight() {
        assertThat(SlowStart.weight(-1, 1_000, 1)).isEqualTo(0.1);
        assertThat(SlowStart.weight(0, 1_000, 1)).isEqualTo(0.1);
        assertThat(SlowStart.weight(100, 1_000, 1)).isEqualTo(0.1);
        assertThat(SlowStart.weight(250, 1_000, 1)).isEqualTo(0.25);
        assertThat(SlowStart.weight(250, 1_000, 2)).isEqualTo(0.5);
        assertThat(SlowStart.weight(500, 1_000, 0.5)).isEqualTo(0.25);
        assertThat(SlowStart.weight(1_000, 1_000, 1)).isEqualTo(1);
        assertThat(SlowStart.weight(Long.MAX_VALUE, 1_000, 1)).isEqualTo(1);
        assertThat(SlowStart.weight(0, 0, 1)).isEqualTo(1);
    }
}
