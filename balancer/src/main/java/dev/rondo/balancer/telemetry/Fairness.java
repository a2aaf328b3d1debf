package dev.rondo.balancer.telemetry;

import java.util.HashMap;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** How evenly picks are spread. */
final class Fairness {
    private record Peers(String pool, int weight) {}

    private Fairness() {}

    /**
     * For each pool with a backend that is up, the largest difference in picks between those of equal weight. A strict rotation
     * keeps it at 0 or 1; while requests run it may show the few picks that were made during the reading.
     */
    static SortedMap<String, Long> skewByPool(Iterable<BackendSeries> backends) {
        Map<Peers, LongSummaryStatistics> picks = new HashMap<>();
        for (BackendSeries backend : backends) {
            if (backend.isInTurn()) {
                picks.computeIfAbsent(new Peers(backend.pool(), backend.weight()), peers -> new LongSummaryStatistics())
                        .accept(backend.sum(BackendCounts.PICKS));
            }
        }
        SortedMap<String, Long> skew = new TreeMap<>();
        picks.forEach((peers, each) -> skew.merge(peers.pool(), each.getMax() - each.getMin(), Math::max));
        return skew;
    }
}
