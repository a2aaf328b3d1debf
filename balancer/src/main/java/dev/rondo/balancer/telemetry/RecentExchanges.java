package dev.rondo.balancer.telemetry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last exchanges of one loop: a ring with one writer and any number of readers, none of whom waits. Bounded in exchanges and
 * in bytes: what is over either bound is let go, the oldest first.
 *
 * <p>Entries are numbered from 0; number n stands in slot n modulo the length. The writer fills the slot and then publishes the
 * number that follows. A reader takes the published number, reads the slots, and looks at the number again: what may have been
 * written over meanwhile it leaves out.
 */
final class RecentExchanges {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Exchange[].class);
    private static final VarHandle NEXT;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(RecentExchanges.class, "next", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final @Nullable Exchange[] slots;
    private final int[] sizes; // the writer's: to read them again from old exchanges would fetch those into the cache
    private final int mask;
    private final int capacity;
    private final long maxBytes;

    private long next; // written by the writer alone, with release
    private long oldest; // the writer's
    private long bytes; // the writer's: of oldest to next

    /**
     * @param capacity exchanges that a reader gets; up to twice as many are kept
     * @param maxBytes bound of what is kept alive, roughly; an exchange over it is not kept
     */
    RecentExchanges(int capacity, long maxBytes) {
        int length =
                Integer.highestOneBit(capacity) << 1; // more than is shown: a reader misses what is just written over
        this.slots = new Exchange[length];
        this.sizes = new int[length];
        this.mask = length - 1;
        this.capacity = capacity;
        this.maxBytes = maxBytes;
    }

    /** Only by the writer. */
    void add(Exchange exchange) {
        int size = (int) Math.min(Integer.MAX_VALUE, ExchangeQueue.bytes(exchange));
        if (size > maxBytes) return;
        if (next - oldest == slots.length) bytes -= sizes[(int) oldest++ & mask]; // it is written over below
        while (bytes + size > maxBytes) letGo();
        int slot = (int) next & mask;
        bytes += size;
        sizes[slot] = size;
        SLOT.setRelease(slots, slot, exchange);
        NEXT.setRelease(this, next + 1);
    }

    private void letGo() {
        int slot = (int) oldest++ & mask;
        bytes -= sizes[slot];
        @Nullable Exchange nothing = null; // of the exact type: a bare null has none, and that makes a slow call
        SLOT.setRelease(slots, slot, nothing);
    }

    /** The last {@code capacity} of those that are kept, the newest first. Safe from any thread. */
    List<Exchange> newestFirst() {
        long end = (long) NEXT.getAcquire(this);
        List<Exchange> found = new ArrayList<>();
        for (long number = end - 1; number >= Math.max(0, end - capacity); number--) {
            Exchange exchange = (Exchange) SLOT.getAcquire(slots, (int) number & mask);
            if (exchange == null) break; // let go, and all that are older with it
            found.add(exchange);
        }
        // the writer comes round to the slot of entry n, with n + length, after it has published n + length: that far
        // back
        // nothing is sure
        long safe = (long) NEXT.getAcquire(this) - slots.length;
        while (!found.isEmpty() && end - found.size() <= safe) found.removeLast();
        return found;
    }
}
