package dev.rondo.balancer.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where keys go, and which of them move. */
class HashingTest {
    private static final int KEYS = 100_000;

    private final Random random = new Random(1);

    private static long key(int number) {
        return Hash.of("10.0." + number / 256 + "." + number % 256);
    }

    private @Nullable Peer[] picks(Picker<Peer> picker) {
        @Nullable Peer[] picks = new Peer[KEYS];
        for (int i = 0; i < KEYS; i++) picks[i] = picker.pick(key(i), 0, random, Picker.ANY);
        return picks;
    }

    private static List<Peer> without(List<Peer> peers, Peer gone) {
        return peers.stream().filter(peer -> peer != gone).toList();
    }

    private static Map<@Nullable Peer, Integer> counts(@Nullable Peer[] picks) {
        Map<@Nullable Peer, Integer> counts = new HashMap<>();
        for (@Nullable Peer peer : picks) counts.merge(peer, 1, Integer::sum);
        return counts;
    }

    /** One of n leaves, whichever: of all keys no more than 1/n + 2 % move, and what comes back takes them back. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 10, 50, 100})
    void maglevMovesFewKeysWhenOneLeaves(int count) {
        List<Peer> peers = Peer.even(count);
        @Nullable Peer[] before = picks(new Maglev<>(Weighted.of(peers)));
        for (int gone : new int[] {0, count / 2, count - 1}) {
            @Nullable Peer[] after = picks(new Maglev<>(Weighted.of(without(peers, peers.get(gone)))));
            long moved =
                    IntStream.range(0, KEYS).filter(i -> before[i] != after[i]).count();
            assertThat((double) moved / KEYS).isLessThanOrEqualTo(1.0 / count + 0.02);
        }
        assertThat(picks(new Maglev<>(Weighted.of(peers)))).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 10, 100})
    void maglevSharesSlotsEvenly(int count) {
        for (Map.Entry<@Nullable Peer, Integer> entry :
                counts(picks(new Maglev<>(Weighted.of(Peer.even(count))))).entrySet()) {
            double share = (double) KEYS / count;
            // five standard deviations of keys that fall by chance
            assertThat((double) entry.getValue()).isCloseTo(share, within(5 * Math.sqrt(share)));
        }
    }

    @Test
    void keysFollowWeights() {
        List<Integer> weights = List.of(1, 2, 3, 4);
        List<Peer> peers = Peer.weighing(weights);
        for (Picker<Peer> picker : List.of(
                new Maglev<>(Weighted.of(peers)),
                new Rendezvous<>(Weighted.of(peers)),
                new Maglev<>(Weighted.of(peers, new double[] {0.1, 0.2, 0.3, 0.4})))) {
            Map<@Nullable Peer, Integer> counts = counts(picks(picker));
            for (Peer peer : peers) {
                double share = KEYS * peer.weight() / 10.0;
                assertThat((double) counts.getOrDefault(peer, 0)).isCloseTo(share, within(5 * Math.sqrt(share)));
            }
        }
    }

    /** As many as there are: everyone has its keys, where there are far more slots than candidates and where there are not. */
    @Test
    void aThousandHaveTheirKeys() {
        Map<@Nullable Peer, Integer> counts = counts(picks(new Maglev<>(Weighted.of(Peer.even(1_000)))));
        assertThat(counts).hasSize(1_000).allSatisfy((peer, keys) -> assertThat(keys)
                .isBetween(50, 150));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 20})
    void rendezvousMovesTheKeysOfTheOneThatLeftAndNoOthers(int count) {
        for (int heavy : new int[] {1, 3}) {
            List<Integer> weights = new ArrayList<>(Collections.nCopies(count, 1));
            weights.set(0, heavy);
            List<Peer> peers = Peer.weighing(weights);
            @Nullable Peer[] before = picks(new Rendezvous<>(Weighted.of(peers)));
            for (Peer gone : peers) {
                @Nullable Peer[] after = picks(new Rendezvous<>(Weighted.of(without(peers, gone))));
                for (int i = 0; i < KEYS; i++) {
                    if (before[i] != gone) assertThat(after[i]).isSameAs(before[i]);
                    else assertThat(after[i]).isNotNull().isNotSameAs(gone);
                }
            }
        }
    }

    /** A slow start: what it gets it takes from others, and nothing moves among them. */
    @Test
    void rendezvousMovesKeysOnlyToTheOneThatGrows() {
        List<Peer> peers = Peer.even(4);
        @Nullable Peer[] before = picks(new Rendezvous<>(Weighted.of(peers, new double[] {0.1, 1, 1, 1})));
        @Nullable Peer[] after = picks(new Rendezvous<>(Weighted.of(peers)));
        int moved = 0;
        for (int i = 0; i < KEYS; i++) {
            if (before[i] == after[i]) continue;
            moved++;
            assertThat(after[i]).isSameAs(peers.getFirst());
        }
        assertThat((double) moved / KEYS).isCloseTo(1 / 4.0 - 0.1 / 3.1, within(0.01));
    }

    /** Where the snapshot still has one that cannot be used: its keys spread over all others, and no other key moves. */
    @Test
    void keysOfOneThatIsNotUsableSpread() {
        List<Peer> peers = Peer.even(5);
        Peer gone = peers.get(2);
        for (Picker<Peer> picker : List.of(new Maglev<>(Weighted.of(peers)), new Rendezvous<>(Weighted.of(peers)))) {
            @Nullable Peer[] before = picks(picker);
            Map<@Nullable Peer, Integer> taken = new HashMap<>();
            for (int i = 0; i < KEYS; i++) {
                Peer picked = picker.pick(key(i), 0, random, peer -> peer != gone);
                if (before[i] == gone) taken.merge(picked, 1, Integer::sum);
                else assertThat(picked).isSameAs(before[i]);
            }
            assertThat(taken).hasSize(4).allSatisfy((peer, keys) -> assertThat(keys)
                    .isBetween(KEYS / 20 - 500, KEYS / 20 + 500));
        }
    }

    @Test
    void bytesAndTextHaveTheSameHash() {
        for (String text :
                List.of("", "a", "1234567", "12345678", "123456789", "session=6f1a2b3c4d5e6f70", "Käse", "ab\0")) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            assertThat(Hash.of(bytes)).isEqualTo(Hash.of(text));
            byte[] within = ("x" + text + "yz").getBytes(StandardCharsets.UTF_8);
            assertThat(Hash.of(within, 1, within.length - 2)).isEqualTo(Hash.of(text));
        }
        assertThat(Hash.of("ab\0")).isNotEqualTo(Hash.of("ab"));
        assertThat(Hash.of("")).isNotEqualTo(Hash.of("\0"));
    }

    /** Any bit of a text changes about half of those of its hash, each of them as often. */
    @Test
    void oneBitChangesHalfOfAll() {
        int texts = 2_000;
        int[] changed = new int[64];
        for (int i = 0; i < texts; i++) {
            byte[] bytes = new byte[1 + i % 40];
            random.nextBytes(bytes);
            long hash = Hash.of(bytes);
            int bit = random.nextInt(bytes.length * 8);
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            long difference = hash ^ Hash.of(bytes);
            assertThat(Long.bitCount(difference)).isBetween(10, 54);
            for (int b = 0; b < 64; b++) changed[b] += (int) (difference >>> b & 1);
        }
        for (int times : changed) assertThat((double) times / texts).isCloseTo(0.5, within(0.06));
    }

    /** Clients would all move if these changed from one version to the next. */
    @Test
    void hashesStayWhatTheyAre() {
        assertThat(Long.toHexString(Hash.of(""))).isEqualTo("48218226ff3cd4bf");
        assertThat(Long.toHexString(Hash.of("127.0.0.1"))).isEqualTo("fc038a31ae836065");
    }
}
