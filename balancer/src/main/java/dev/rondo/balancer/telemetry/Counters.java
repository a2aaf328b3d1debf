package dev.rondo.balancer.telemetry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A row of counters that one thread at a time adds to and any thread reads.
 *
 * <p>Both sides use opaque access, which compiles to the plain load, add and store of a plain field, and still promises what a
 * scraper needs: a value is never torn, every value is seen in the end, and a reader that looked twice never sees an older value
 * the second time (coherence). So what only grows never goes backwards. What it does not promise is that two counters are seen
 * as of the same instant; no reader here relies on that.
 */
final class Counters {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] cells;

    Counters(int size) {
        cells = new long[size];
    }

    /** Only by the owner: an addition of two threads at once would be lost. */
    void add(int index, long delta) {
        CELL.setOpaque(cells, index, cells[index] + delta);
    }

    long get(int index) {
        return (long) CELL.getOpaque(cells, index);
    }

    int size() {
        return cells.length;
    }
}
