package dev.rondo.balancer.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every picker, whatever the weights, the load and who is usable. */
class PickersTest {
    enum Way {
        ROUND_ROBIN,
        RANDOM,
        LEAST_REQUESTS,
        POWER_OF_TWO,
        PEAK_EWMA,
        MAGLEV,
        RENDEZVOUS,
        BOUNDED_MAGLEV,
        BOUNDED_RENDEZVOUS;

        Picker<Peer> of(Weighted<Peer> all) {
            return switch (this) {
                case ROUND_ROBIN -> new RoundRobin<>(new AtomicLong(), SmoothTable.of(all));
                case RANDOM -> new RandomPick<>(all);
                case LEAST_REQUESTS -> new LeastRequests<>(new AtomicLong(), all);
                case POWER_OF_TWO -> new PowerOfTwo<>(all);
                case PEAK_EWMA -> new PeakEwma<>(all);
                case MAGLEV -> new Maglev<>(all);
                case RENDEZVOUS -> new Rendezvous<>(all);
                case BOUNDED_MAGLEV -> new BoundedLoad<>(new Maglev<>(all), all, 1.25);
                case BOUNDED_RENDEZVOUS -> new BoundedLoad<>(new Rendezvous<>(all), all, 1);
            };
        }
    }

    /** A peer with its load, and whether it may be picked. */
    record Standing(int weight, int inFlight, long latencyNanos, boolean usable) {}

    @Provide
    Arbitrary<List<Standing>> standings() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 20),
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.longs().between(0, 3),
                        Arbitraries.of(true, false))
                .as(Standing::new)
                .list()
                .ofMaxSize(20);
    }

    @Property(tries = 400)
    void nobodyUnusableIsPickedAndSomebodyIsWhereOneIsUsable(
            @ForAll Way way, @ForAll("standings") List<Standing> standings, @ForAll long seed) {
        List<Peer> peers = new ArrayList<>();
        List<Peer> usable = new ArrayList<>();
        for (Standing standing : standings) {
            Peer peer = new Peer("p" + peers.size(), standing.weight);
            peer.inFlight = standing.inFlight;
            peer.latencyNanos = standing.latencyNanos;
            peers.add(peer);
            if (standing.usable && standing.weight > 0) usable.add(peer);
        }
        Picker<Peer> picker = way.of(Weighted.of(peers));
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            Peer picked = picker.pick(random.nextLong(), i, random, peer -> standings.get(peers.indexOf(peer)).usable);
            if (usable.isEmpty()) assertThat(picked).isNull();
            else assertThat(picked).isIn(usable);
            Peer any = picker.pick(random.nextLong(), i, random, Picker.ANY);
            if (peers.stream().allMatch(peer -> peer.weight() == 0))
                assertThat(any).isNull();
            else assertThat(any).isNotNull().matches(peer -> peer.weight() > 0);
        }
    }

    /** Those that hash: the same key, the same peer, in a replica that lists the peers in another order too. */
    @Property(tries = 100)
    void aKeyStaysWhereItIs(@ForAll("standings") List<Standing> standings, @ForAll long key, @ForAll long seed) {
        List<Peer> peers = new ArrayList<>();
        for (Standing standing : standings) peers.add(new Peer("p" + peers.size(), standing.weight));
        for (Way way : List.of(Way.MAGLEV, Way.RENDEZVOUS)) {
            for (int refused = -1; refused < peers.size(); refused++) {
                Peer not = refused < 0 ? null : peers.get(refused);
                Peer picked = way.of(Weighted.of(peers)).pick(key, 0, new Random(1), peer -> peer != not);
                Peer again = way.of(Weighted.of(peers.reversed())).pick(key, 0, new Random(seed), peer -> peer != not);
                assertThat(again).isSameAs(picked);
                if (way == Way.MAGLEV && refused > 2) break;
            }
        }
    }
}
