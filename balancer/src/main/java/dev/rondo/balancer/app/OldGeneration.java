package dev.rondo.balancer.app;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what nobody uses in the serial collector's old generation. Serial enlarges that one, as long as the heap may grow,
 * rather than to collect it: thousands of busy connections would fill the whole heap with the stacks of threads that have gone
 * on (ADR 18). Other collectors see to it themselves.
 */
final class OldGeneration {
    /** Growth that is not worth stopping for. */
    private static final long LEAST = 256L << 20;

    private OldGeneration() {}

    /** Found when it is first looked for, and not at the start, of which it would take a tenth. */
    private static final class Pool {
        static final @Nullable MemoryPoolMXBean TENURED = find();

        private static @Nullable MemoryPoolMXBean find() {
            for (MemoryPoolMXBean each : ManagementFactory.getMemoryPoolMXBeans())
                if (each.getName().equals("Tenured Gen")) return each;
            return null;
        }
    }

    /** To be called every second or so. Stops all threads while it collects, for as long as what lives takes to be copied. */
    static void lookAfter() {
        MemoryPoolMXBean old = Pool.TENURED;
        if (old != null
                && isDue(old.getUsage().getUsed(), old.getCollectionUsage().getUsed())) System.gc();
    }

    /**
     * Whether it has doubled since it was collected, and grown by {@link #LEAST}.
     *
     * @param used bytes
     * @param lived bytes that the latest collection of it has left; 0 before the first
     */
    static boolean isDue(long used, long lived) {
        return used - lived > Math.max(LEAST, lived);
    }
}
