package dev.rondo.balancer.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The last exchanges, whole, with every attempt: what the API tells of decisions. Each loop keeps its own and a reader puts them
 * together, so that a loop stores one reference for each request and shares nothing.
 */
public final class Ledger {
    /** Exchanges that a reader gets at most: the newest over all loops. */
    public static final int CAPACITY = 1_000;

    /** A client chooses how long its head is: with heads of 32 KiB the last hundred or so are left. */
    private static final long BYTES_PER_LANE = 4L << 20;

    private final List<RecentExchanges> lanes;

    /** @param lanes number of loops */
    Ledger(int lanes) {
        this.lanes = IntStream.range(0, lanes)
                .mapToObj(lane -> new RecentExchanges(CAPACITY, BYTES_PER_LANE))
                .toList();
    }

    /** What loop {@code lane} adds to. */
    RecentExchanges lane(int lane) {
        return lanes.get(lane);
    }

    /**
     * The newest exchanges that are kept, {@link #CAPACITY} at most, the one that ended last first. Exchanges of one loop are in
     * the order in which they ended, those of several by the clock, which may have been set. Safe from any thread.
     */
    public List<Exchange> newestFirst() {
        List<List<Exchange>> rest = new ArrayList<>();
        for (RecentExchanges lane : lanes) rest.add(lane.newestFirst());
        int[] taken = new int[rest.size()];
        List<Exchange> merged = new ArrayList<>();
        while (merged.size() < CAPACITY) {
            int newest = -1;
            for (int lane = 0; lane < taken.length; lane++) {
                if (taken[lane] == rest.get(lane).size()) continue;
                if (newest < 0
                        || endMillis(rest.get(lane).get(taken[lane]))
                                > endMillis(rest.get(newest).get(taken[newest]))) newest = lane;
            }
            if (newest < 0) break;
            merged.add(rest.get(newest).get(taken[newest]++));
        }
        return merged;
    }

    private static long endMillis(Exchange exchange) {
        return exchange.startMillis() + exchange.durationNanos() / 1_000_000;
    }
}
