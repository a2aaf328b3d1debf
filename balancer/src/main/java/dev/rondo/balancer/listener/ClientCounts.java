package dev.rondo.balancer.listener;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Open connections of each client address, held against a limit. Thread-safe. */
final class ClientCounts {
    private volatile int limit;
    private final Map<InetAddress, Integer> open = new ConcurrentHashMap<>();

    /** @param limit 0 is none; what is open is counted all the same, for a limit that comes later */
    ClientCounts(int limit) {
        this.limit = limit;
    }

    /** From now on this holds; who has more already keeps them. */
    void limit(int next) {
        limit = next;
    }

    /** Counts one more connection of {@code client}, or says that it has too many. */
    boolean enter(InetAddress client) {
        int set = limit;
        int most = set == 0 ? Integer.MAX_VALUE : set;
        boolean[] entered = new boolean[1];
        open.compute(client, (key, count) -> {
            int now = count == null ? 0 : count;
            entered[0] = now < most;
            return entered[0] ? Integer.valueOf(now + 1) : count;
        });
        return entered[0];
    }

    /** Ends what {@link #enter} allowed. */
    void leave(InetAddress client) {
        open.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
    }
}
