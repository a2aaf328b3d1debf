package dev.rondo.balancer.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A connection that is read and written as if it blocked, with a time for every wait. At most one thread reads and one writes,
 * both of the lane the wire belongs to; any thread of that lane may close it, which wakes the two.
 */
public abstract sealed class Wire implements AutoCloseable permits LoopWire, BlockingWire {
    /** A wait without end. */
    public static final long FOREVER = Long.MAX_VALUE;

    final SocketChannel channel;

    private final Lane lane;
    private final Timers.Timer timer = new Timers.Timer() {
        @Override
        long deadline() {
            return Math.min(readBy, writeBy);
        }

        @Override
        void expire(long now) {
            Wire.this.expire(now);
        }
    };

    // in the ticker's nanoseconds; guarded by the lane's lock
    long readBy = Timers.NEVER;
    long writeBy = Timers.NEVER;
    long readLimit = Timers.NEVER;

    Wire(Lane lane, SocketChannel channel) {
        this.lane = lane;
        this.channel = channel;
    }

    /** Called with the lane's lock held when {@link #readBy} or {@link #writeBy} has passed. */
    abstract void expire(long now);

    /** Whether a read waits; called with the lane's lock held. */
    abstract boolean isReading();

    /** Has {@link #expire} called in time; called with the lane's lock held when one of the two was set. */
    final void schedule() {
        lane.timers().schedule(timer, timer.deadline());
    }

    /** Ends every deadline; called with the lane's lock held. */
    final void unschedule() {
        lane.timers().cancel(timer);
        readBy = writeBy = Timers.NEVER;
    }

    /**
     * Waits for bytes or the end of them, so that no buffer is held while nothing comes. May return too early.
     *
     * @throws WireTimeout after {@code timeoutNanos}
     */
    public abstract void awaitReadable(long timeoutNanos) throws IOException;

    /**
     * Reads what is there, waiting for the first byte.
     *
     * @return bytes read, more than 0; -1 at the end
     * @throws WireTimeout after {@code timeoutNanos}
     */
    public abstract int read(ByteBuffer into, long timeoutNanos) throws IOException;

    /**
     * Writes all of {@code from}.
     *
     * @throws WireTimeout when the peer takes nothing for {@code timeoutNanos}
     */
    public abstract void write(ByteBuffer from, long timeoutNanos) throws IOException;

    /** Says that no read may wait longer than {@code nanos} from now, the one that waits already included. */
    public final void limitReads(long nanos) {
        lane.lock();
        try {
            readLimit = lane.deadline(nanos);
            if (!isReading()) return;
            readBy = Math.min(readBy, readLimit);
            schedule();
        } finally {
            lane.unlock();
        }
    }

    /** Gives the read that waits right now {@code nanos} from now; does nothing where none waits. */
    public final void postponeReads(long nanos) {
        lane.lock();
        try {
            if (!isReading()) return;
            readBy = Math.min(lane.deadline(nanos), readLimit);
            schedule();
        } finally {
            lane.unlock();
        }
    }

    /**
     * Says that nobody reads or writes for the time being, and what to do when the peer closes or sends something all the
     * same, or when {@code timeoutNanos} are over. {@code onEvent} runs on the lane and closes the wire. In the fallback
     * engine it runs for the time only.
     */
    public abstract void rest(long timeoutNanos, Runnable onEvent);

    /**
     * Ends {@link #rest}.
     *
     * <p>The fallback engine asks the kernel. An event loop does not, which would be a system call for each request: it goes by
     * what the selector has found, and so knows all that had come when the selector was last asked, before the code of this
     * turn began to run. What comes after that and before the peer has the next request is not seen here: a close then fails
     * the request, and an answer that nobody asked for is taken for the answer to it. The part of this window that lies in
     * the loop is one turn; the rest, while the request is on its way, no look before sending could close.
     *
     * @return whether the wire can still be used: nothing has come and the peer has not closed, as far as is known
     */
    public abstract boolean resume();

    /**
     * Has {@code onReadable} called when something can be read while nobody reads: once, on the lane and with its lock, and
     * at once where something is there already. It reads with {@link #readNow}. In the fallback engine that takes up to 200 ms.
     */
    public abstract void watch(Runnable onReadable);

    /** Ends {@link #watch} or {@link #standBy}: when this returns, {@code onReadable} does not run and will not. */
    public abstract void unwatch();

    /** Reads what is there without waiting; gives 0 where there is nothing, -1 at the end. */
    public abstract int readNow(ByteBuffer into) throws IOException;

    /** Whether {@link #standBy} can be had: on an event loop. */
    public abstract boolean canStandBy();

    /**
     * Has {@code onEvent} called when something can be read or the peer has closed, or {@code timeoutNanos} are over: once, on
     * the lane and with its lock. Nobody reads or writes meanwhile.
     *
     * @return false where there is something to read already, and nothing will be called
     */
    public abstract boolean standBy(long timeoutNanos, Runnable onEvent);

    /** Tells the peer that nothing more will be sent. */
    public final void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    /** Whether {@link #close} or {@link #abort} was called. */
    public final boolean isOpen() {
        return channel.isOpen();
    }

    /** Closes in order: what was written still arrives. */
    @Override
    public abstract void close();

    /** Closes at once with a reset, so that the peer cannot take what it got for the whole. */
    public final void abort() {
        try {
            channel.setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException alreadyClosed) {
            // closing it is all that is left to do
        }
        close();
    }
}
