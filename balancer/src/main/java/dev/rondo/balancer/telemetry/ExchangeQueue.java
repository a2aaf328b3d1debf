package dev.rondo.balancer.telemetry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue between one loop and the access log's writer: one producer at a time, one consumer. A slot that is not null is
 * full; the producer only ever turns null into an exchange and the consumer only the reverse, so that no counter is shared and
 * an offer is a load and a store. Bounded in lines and in bytes, because a client chooses how long a line is.
 */
final class ExchangeQueue {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Exchange[].class);

    /** What an exchange takes beside its strings; roughly, for the bound in bytes. */
    private static final long OVERHEAD = 512;

    private final @Nullable Exchange[] slots;
    private final int mask;
    private final long maxBytes;
    private final Runnable wake;

    private int tail; // the producer's
    private long offeredBytes; // the producer's
    private final Counters dropped = new Counters(1); // the producer's
    private int head; // the consumer's
    private final Counters takenBytes = new Counters(1); // the consumer's

    /**
     * @param capacity in lines, a power of two, at least 4
     * @param maxBytes bound of what the queue keeps alive, roughly
     * @param wake called by the producer each time a quarter of {@code capacity} was offered
     */
    ExchangeQueue(int capacity, long maxBytes, Runnable wake) {
        if (Integer.bitCount(capacity) != 1 || capacity < 4) {
            throw new IllegalArgumentException("capacity " + capacity + " is not a power of two of at least 4");
        }
        this.slots = new Exchange[capacity];
        this.mask = capacity - 1;
        this.maxBytes = maxBytes;
        this.wake = wake;
    }

    /** Only by the producer. Counts the exchange as dropped where there is no room. */
    boolean offer(Exchange exchange) {
        int slot = tail & mask;
        long bytes = bytes(exchange);
        if (SLOT.getAcquire(slots, slot) != null || offeredBytes + bytes - takenBytes.get(0) > maxBytes) {
            dropped.add(0, 1);
            return false;
        }
        offeredBytes += bytes;
        SLOT.setRelease(slots, slot, exchange);
        tail++;
        if ((tail & (mask >> 2)) == 0) {
            wake.run();
        }
        return true;
    }

    /** Only by the consumer. The oldest exchange, or null where there is none. */
    @Nullable
    Exchange poll() {
        int slot = head & mask;
        Exchange exchange = (Exchange) SLOT.getAcquire(slots, slot);
        if (exchange != null) {
            SLOT.setRelease(slots, slot, null);
            head++;
            takenBytes.add(0, bytes(exchange));
        }
        return exchange;
    }

    /** Safe from any thread. */
    long dropped() {
        return dropped.get(0);
    }

    /** What {@code exchange} keeps alive, roughly. */
    static long bytes(Exchange exchange) {
        return OVERHEAD
                + exchange.method().length()
                + exchange.target().length()
                + length(exchange.host())
                + length(exchange.referer())
                + length(exchange.userAgent())
                + exchange.requestId().length();
    }

    private static int length(@Nullable String value) {
        return value == null ? 0 : value.length();
    }
}
