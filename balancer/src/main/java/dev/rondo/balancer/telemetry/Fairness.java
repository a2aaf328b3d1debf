package dev.rondo.balancer.telemetry;

import java.util.HashMap;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How evenly picks are spread over the backends of a pool that are up, since these have been what they are: who comes, or comes
 * back, has missed what was before, and that is no fault of the rotation. Thread-safe.
 */
final class Fairness {
    /** A backend that is up. Another {@code since} is another one: it was not up in between, however short that was. */
    private record Peer(String backend, double weight, long since) {}

    /** By pool, what each of those that are up had been picked when they were first seen together. */
    private final Map<String, Map<Peer, Long>> beginnings = new HashMap<>();

    /**
     * For each pool with a backend that is up, the largest difference in picks between those of equal weight. A strict rotation
     * keeps it at 0 or 1; while requests run it may show the few picks that were made during the reading. 0 where the backends have
     * changed since the last time this was asked.
     */
    synchronized SortedMap<String, Long> skewByPool(Iterable<BackendSeries> backends) {
        SortedMap<String, Map<Peer, Long>> picks = new TreeMap<>();
        for (BackendSeries each : backends) {
            BackendStatus status = each.status();
            if (status == null || !status.inTurn()) continue;
            Peer peer = new Peer(status.labels().backend(), status.weight(), status.since());
            picks.computeIfAbsent(each.pool(), _ -> new HashMap<>()).put(peer, each.sum(BackendCounts.PICKS));
        }
        beginnings.keySet().retainAll(picks.keySet());
        SortedMap<String, Long> skew = new TreeMap<>();
        picks.forEach((pool, now) -> {
            Map<Peer, Long> beginning = beginnings.get(pool);
            if (beginning == null || !beginning.keySet().equals(now.keySet())) {
                beginning = now;
                beginnings.put(pool, beginning);
            }
            skew.put(pool, skew(beginning, now));
        });
        return skew;
    }

    private static long skew(Map<Peer, Long> beginning, Map<Peer, Long> now) {
        Map<Double, LongSummaryStatistics> byWeight = new HashMap<>();
        now.forEach((peer, picks) -> byWeight.computeIfAbsent(peer.weight, _ -> new LongSummaryStatistics())
                .accept(picks - beginning.getOrDefault(peer, 0L)));
        return byWeight.values().stream()
                .mapToLong(each -> each.getMax() - each.getMin())
                .max()
                .orElse(0);
    }
}
