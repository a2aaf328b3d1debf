package dev.rondo.balancer.listener;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Open connections of each client address, held against a limit. Thread-safe. */
final class ClientCounts {
    private final int limit;
    private final Map<InetAddress, Integer> open = new ConcurrentHashMap<>();

    /** @param limit 0 is none, and then nothing is counted */
    ClientCounts(int limit) {
        this.limit = limit;
    }

    /** Counts one more connection of {@code client}, or says that it has too many. */
    boolean enter(InetAddress client) {
        if (limit == 0) return true;
        boolean[] entered = new boolean[1];
        open.compute(client, (key, count) -> {
            int now = count == null ? 0 : count;
            entered[0] = now < limit;
            return entered[0] ? Integer.valueOf(now + 1) : count;
        });
        return entered[0];
    }

    /** Ends what {@link #enter} allowed. */
    void leave(InetAddress client) {
        if (limit == 0) return;
        open.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
    }
}
