package dev.rondo.balancer.telemetry;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How evenly picks are spread over the backends of a pool that are up, since these have been what they are: who comes, or comes
 * back, has missed what was before, and that is no fault of the rotation. Thread-safe.
 */
final class Fairness {
    /** A backend that is up. Another {@code since} is another one: it was not up in between, however short that was. */
    private record Peer(String backend, double weight, long since) {}

    /** What each of them had been picked when they were first seen together. */
    private record Beginning(Set<Peer> peers, Map<String, Long> picks) {}

    private final Map<String, Beginning> beginnings = new HashMap<>(); // by pool

    /**
     * For each pool with a backend that is up, the largest difference in picks between those of equal weight. A strict rotation
     * keeps it at 0 or 1; while requests run it may show the few picks that were made during the reading. 0 where the backends have
     * changed since the last time this was asked.
     */
    synchronized SortedMap<String, Long> skewByPool(Iterable<BackendSeries> backends) {
        Map<String, Set<Peer>> peers = new TreeMap<>();
        Map<String, Map<String, Long>> picks = new HashMap<>();
        for (BackendSeries each : backends) {
            BackendStatus status = each.status();
            if (status == null || !status.inTurn()) continue;
            String name = status.labels().backend();
            peers.computeIfAbsent(each.pool(), _ -> new HashSet<>())
                    .add(new Peer(name, status.weight(), status.since()));
            picks.computeIfAbsent(each.pool(), _ -> new HashMap<>()).put(name, each.sum(BackendCounts.PICKS));
        }
        beginnings.keySet().retainAll(peers.keySet());
        SortedMap<String, Long> skew = new TreeMap<>();
        peers.forEach((pool, now) -> {
            Map<String, Long> picked = picks.getOrDefault(pool, Map.of());
            Beginning beginning = beginnings.get(pool);
            if (beginning == null || !beginning.peers.equals(now)) {
                beginning = new Beginning(now, picked);
                beginnings.put(pool, beginning);
            }
            skew.put(pool, skew(beginning, picked));
        });
        return skew;
    }

    private static long skew(Beginning beginning, Map<String, Long> picks) {
        Map<Double, LongSummaryStatistics> byWeight = new HashMap<>();
        for (Peer peer : beginning.peers) {
            long before = beginning.picks.getOrDefault(peer.backend, 0L);
            byWeight.computeIfAbsent(peer.weight, _ -> new LongSummaryStatistics())
                    .accept(picks.getOrDefault(peer.backend, 0L) - before);
        }
        return byWeight.values().stream()
                .mapToLong(each -> each.getMax() - each.getMin())
                .max()
                .orElse(0);
    }
}
