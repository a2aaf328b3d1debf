package dev.rondo.balancer.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.testkit.Threads;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundRobinTest {
    private static final int PICKS = 50_000;

    private final Random random = new Random(1);
    private final AtomicLong cursor = new AtomicLong();

    private @Nullable Peer pick(Picker<Peer> rotation, Predicate<? super Peer> usable) {
        return rotation.pick(0, 0, random, usable);
    }

    private static Map<Peer, Integer> pickOnManyThreads(Picker<Peer> rotation, int each, Predicate<? super Peer> usable)
            throws InterruptedException, ExecutionException {
        List<Map<Peer, Integer>> counts = Threads.run(() -> {
            SplittableRandom own = new SplittableRandom(1);
            Map<Peer, Integer> picked = new HashMap<>();
            for (int i = 0; i < each; i++) {
                Peer peer = rotation.pick(0, 0, own, usable);
                if (peer == null) throw new AssertionError("nobody, though one is usable");
                picked.merge(peer, 1, Integer::sum);
            }
            return picked;
        });
        Map<Peer, Integer> all = new HashMap<>();
        for (Map<Peer, Integer> picked : counts) picked.forEach((peer, n) -> all.merge(peer, n, Integer::sum));
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 10})
    void eachGetsExactlyItsShareOfManyThreadsPicks(int count) throws InterruptedException, ExecutionException {
        List<Peer> peers = Peer.even(count);
        Map<Peer, Integer> picked = pickOnManyThreads(new RoundRobin<>(cursor, peers), PICKS, Picker.ANY);
        int all = Threads.COUNT * PICKS;
        for (int i = 0; i < count; i++) {
            assertThat(picked.get(peers.get(i))).isEqualTo(all / count + (i < all % count ? 1 : 0));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void aWeightedCycleIsExactOnManyThreads(int heavy) throws InterruptedException, ExecutionException {
        List<Peer> peers = Peer.weighing(List.of(heavy, 2, 3));
        List<Peer> table = SmoothTable.of(Weighted.of(peers));
        // as many picks of each thread as make whole cycles together
        Map<Peer, Integer> picked =
                pickOnManyThreads(new RoundRobin<>(cursor, table), 1_000 * table.size(), Picker.ANY);
        for (Peer peer : peers) assertThat(picked.get(peer)).isEqualTo(Threads.COUNT * 1_000 * peer.weight());
    }

    /** Threads may take each other's turns, so that one never meets the usable candidate's: it is found all the same. */
    @Test
    void oneThatIsUsableIsFoundOnManyThreads() throws InterruptedException, ExecutionException {
        List<Peer> peers = Peer.even(Threads.COUNT);
        Map<Peer, Integer> picked =
                pickOnManyThreads(new RoundRobin<>(cursor, peers), PICKS, peer -> peer == peers.get(3));
        assertThat(picked).containsOnly(Map.entry(peers.get(3), Threads.COUNT * PICKS));
    }

    @Property(tries = 100)
    void anyWindowOfPicksHitsEachOnce(
            @ForAll @IntRange(min = 1, max = 40) int count, @ForAll @IntRange(max = 99) int skip) {
        List<Peer> peers = Peer.even(count);
        RoundRobin<Peer> rotation = new RoundRobin<>(new AtomicLong(), peers);
        for (int i = 0; i < skip; i++) assertThat(pick(rotation, Picker.ANY)).isSameAs(peers.get(i % count));
        for (int window = 0; window < 3; window++) {
            HashSet<@Nullable Peer> hit = new HashSet<>();
            for (int i = 0; i < count; i++) hit.add(pick(rotation, Picker.ANY));
            assertThat(hit).hasSize(count).doesNotContainNull();
        }
    }

    /** Whoever is not usable: the others still get one of any window each, so nobody's neighbour gets two. */
    @Property(tries = 200)
    void theShareOfThoseThatAreNotUsableIsSpread(@ForAll @Size(min = 1, max = 12) List<Boolean> up) {
        List<Peer> peers = Peer.even(up.size());
        Predicate<Peer> usable = peer -> up.get(peers.indexOf(peer));
        RoundRobin<Peer> rotation = new RoundRobin<>(cursor, peers);
        int left = Collections.frequency(up, true);
        for (int window = 0; window < 3; window++) {
            HashSet<@Nullable Peer> hit = new HashSet<>();
            for (int i = 0; i < left; i++) hit.add(pick(rotation, usable));
            assertThat(hit).hasSize(left).doesNotContainNull();
        }
        if (left == 0) assertThat(pick(rotation, usable)).isNull();
    }

    /** Another table with the same cursor: the rotation goes on, and a cycle of those who stay is still exact. */
    @Test
    void theCursorOutlivesItsTable() {
        List<Peer> peers = Peer.even(5);
        assertThat(pick(new RoundRobin<>(cursor, peers), Picker.ANY)).isSameAs(peers.get(0));
        assertThat(pick(new RoundRobin<>(cursor, peers), Picker.ANY)).isSameAs(peers.get(1));
        RoundRobin<Peer> fewer = new RoundRobin<>(cursor, peers.subList(0, 4));
        List<@Nullable Peer> picked = new ArrayList<>();
        for (int i = 0; i < 4; i++) picked.add(pick(fewer, Picker.ANY));
        assertThat(picked).containsExactlyInAnyOrderElementsOf(peers.subList(0, 4));
        assertThat(pick(new RoundRobin<>(cursor, List.<Peer>of()), Picker.ANY)).isNull();
    }

    /** The number of a pick never comes back: 2^64 of them, where 32 bits would be used up in a day. */
    @ParameterizedTest
    @ValueSource(longs = {Integer.MAX_VALUE, (1L << 32) - 1, Long.MAX_VALUE})
    void theRotationGoesOnWhereSmallerNumbersEnd(long picksBefore) {
        cursor.set(picksBefore - 5);
        List<Peer> peers = Peer.even(3);
        RoundRobin<Peer> rotation = new RoundRobin<>(cursor, peers);
        int last = peers.indexOf(pick(rotation, Picker.ANY));
        for (int i = 0; i < 12; i++) {
            int next = peers.indexOf(pick(rotation, Picker.ANY));
            assertThat(next).isEqualTo((last + 1) % 3);
            last = next;
        }
    }
}
