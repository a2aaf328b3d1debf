package dev.rondo.balancer.balance;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A candidate whose load a test sets. */
final class Peer implements Candidate {
    private final String id;
    private final int weight;
    int inFlight;
    long latencyNanos;
    /** Where it notes that its load was looked at. */
    @Nullable
    List<Peer> seen;

    Peer(String id, int weight) {
        this.id = id;
        this.weight = weight;
    }

    /** Of weight 1: p0, p1, … */
    static List<Peer> even(int count) {
        return IntStream.range(0, count).mapToObj(i -> new Peer("p" + i, 1)).toList();
    }

    static List<Peer> weighing(List<Integer> weights) {
        return IntStream.range(0, weights.size())
                .mapToObj(i -> new Peer("p" + i, weights.get(i)))
                .toList();
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public int weight() {
        return weight;
    }

    @Override
    public int inFlight() {
        if (seen != null) seen.add(this);
        return inFlight;
    }

    @Override
    public long latencyNanos(long nowNanos) {
        return latencyNanos;
    }

    @Override
    public String toString() {
        return id + "(" + weight + ", " + inFlight + ")";
    }
}
