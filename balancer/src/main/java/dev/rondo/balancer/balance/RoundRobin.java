package dev.rondo.balancer.balance;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Strict rotation over whatever may be picked right now (Nagle, "On Packet Switches With Infinite Storage", RFC 970). Of n
 * candidates any n consecutive picks hit each once, whatever the number of threads. The cursor outlives the candidates.
 */
public final class RoundRobin {
    // 64 bits: a cursor of 32 bits breaks the rotation once each time it wraps, unless n is a power of two
    private final AtomicLong cursor = new AtomicLong();

    /**
     * The next of {@code candidates}.
     *
     * @param candidates not empty, not changed while this runs
     */
    public <T> T pick(List<T> candidates) {
        return candidates.get((int) Long.remainderUnsigned(cursor.getAndIncrement(), candidates.size()));
    }
}
