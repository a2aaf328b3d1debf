package dev.rondo.balancer.wire;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a share of the connections runs on: an event loop, or in the fallback engine a set of plain virtual threads. Whatever
 * belongs to a lane (idle connections, buffers, counters) is touched by its threads only, between {@link #lock} and {@link
 * #unlock}; on an event loop, which runs one thread at a time, these two do nothing.
 */
public abstract sealed class Lane implements AutoCloseable permits EventLoop, BlockingLane {
    private final int index;
    private final Ticker ticker;
    private final @Nullable ReentrantLock lock;
    private final Buffers buffers = new Buffers(this);

    Lane(int index, Ticker ticker, @Nullable ReentrantLock lock) {
        this.index = index;
        this.ticker = ticker;
        this.lock = lock;
    }

    /** Counted from 0. */
    public final int index() {
        return index;
    }

    /** Where this lane's time comes from. */
    public final Ticker ticker() {
        return ticker;
    }

    /** Nanoseconds as the ticker's, read once for many: good for times of many milliseconds. */
    public abstract long coarseNanos();

    /** Milliseconds as the ticker's, read once for many: on an event loop when it found out what is ready. */
    public abstract long coarseMillis();

    /** The deadlines of this lane's wires; used with the lock held. */
    abstract Timers timers();

    /** The moment {@code nanos} from now; {@link Timers#NEVER} for {@link Wire#FOREVER}. */
    final long deadline(long nanos) {
        return nanos == Wire.FOREVER ? Timers.NEVER : coarseNanos() + nanos;
    }

    /** The lane's buffers. */
    public final Buffers buffers() {
        return buffers;
    }

    /** Begins a piece of code that touches what belongs to the lane; it must not wait for anything before {@link #unlock}. */
    public final void lock() {
        if (lock != null) lock.lock();
    }

    /** Ends what {@link #lock} began. */
    public final void unlock() {
        if (lock != null) lock.unlock();
    }

    /** Starts {@code task} on a virtual thread of this lane; may be called from anywhere. */
    public abstract void start(Runnable task);

    /** Takes over an accepted channel. Called on a thread of this lane. */
    public abstract Wire adopt(SocketChannel accepted) throws IOException;

    /**
     * Connects. Called on a thread of this lane.
     *
     * @param timeoutNanos more than 0
     * @throws WireTimeout when the time is up
     * @throws NoSocket when this machine has no descriptor left
     * @throws IOException when the connection is refused or the address cannot be reached
     */
    public abstract Wire connect(InetSocketAddress address, long timeoutNanos) throws IOException;

    /** A socket of the address's own family: one that maps IPv4 into IPv6 costs the kernel a little more for each call. */
    static SocketChannel open(InetSocketAddress address) throws IOException {
        ProtocolFamily family = address.getAddress() instanceof Inet4Address
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6;
        try {
            return SocketChannel.open(family);
        } catch (UnsupportedOperationException e) {
            throw new SocketException("this machine has no " + family.name());
        } catch (IOException e) {
            throw new NoSocket(e);
        }
    }

    /** How often the lane was held by one piece of code for more than 10 ms. */
    public abstract long stalls();

    /** Stops the lane for good, with whatever still runs there. */
    @Override
    public abstract void close();
}
