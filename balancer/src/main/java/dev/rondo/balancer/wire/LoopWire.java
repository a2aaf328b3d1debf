package dev.rondo.balancer.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A non-blocking channel of an event loop. Everything here runs on that loop's thread, so plain fields do.
 *
 * <p>A read waits first and reads then: after a request has been sent its answer is never there yet, so no read is wasted.
 * Interest in reading is registered once; it is taken back only while something is readable that nobody wants.
 */
final class LoopWire extends Wire {
    private static final int LONGEST_STREAK = 16;

    private final EventLoop loop;
    private final SelectionKey key;

    private @Nullable Thread reader;
    private @Nullable Thread writer;
    private @Nullable Runnable resting;
    /** The kernel has said that there is something to read, and no read has come back short since. */
    private boolean readable;

    private int streak;

    private boolean writable;
    private boolean readExpired;
    private boolean writeExpired;

    LoopWire(EventLoop loop, SocketChannel channel, int interest) throws IOException {
        super(loop, channel);
        this.loop = loop;
        this.key = channel.register(loop.selector(), interest, this);
    }

    /** Called by the loop with what the selector found. */
    void ready() {
        loop.pulse().begin();
        dispatch();
        loop.pulse().end();
    }

    private void dispatch() {
        int ready;
        try {
            ready = key.readyOps();
        } catch (java.nio.channels.CancelledKeyException closed) {
            return;
        }
        if ((ready & SelectionKey.OP_READ) != 0) readable();
        if ((ready & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) != 0) {
            writable = true;
            key.interestOpsAnd(~(SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT));
            LockSupport.unpark(writer);
        }
    }

    private void readable() {
        readable = true;
        if (reader != null) {
            LockSupport.unpark(reader);
            return;
        }
        key.interestOpsAnd(~SelectionKey.OP_READ); // or it would be found again and again
        Runnable onEvent = resting;
        resting = null;
        if (onEvent != null) onEvent.run();
    }

    @Override
    void expire(long now) {
        if (readBy - now <= 0 && readBy != Timers.NEVER) {
            readBy = Timers.NEVER;
            readExpired = true;
            Runnable onEvent = resting;
            resting = null;
            if (onEvent != null) onEvent.run();
            else LockSupport.unpark(reader);
        }
        if (writeBy - now <= 0 && writeBy != Timers.NEVER) {
            writeBy = Timers.NEVER;
            writeExpired = true;
            LockSupport.unpark(writer);
        }
        schedule();
    }

    @Override
    public void awaitReadable(long timeoutNanos) throws IOException {
        if (readable) {
            takeTurns();
            return;
        }
        streak = 0;
        reader = Thread.currentThread();
        readExpired = false;
        readBy = Math.min(loop.deadline(timeoutNanos), readLimit);
        schedule();
        listen();
        try {
            while (!readable) {
                if (!channel.isOpen()) throw new ClosedChannelException();
                if (readExpired) throw new WireTimeout();
                LockSupport.park(this);
            }
        } finally {
            reader = null;
            readBy = Timers.NEVER;
        }
    }

    /** A peer that is always ready must not keep the loop from everybody else: reads and writes that did not wait add up. */
    @SuppressWarnings("ThreadPriorityCheck") // on a loop, to yield is to let the selector look at the others
    private void takeTurns() {
        if (++streak < LONGEST_STREAK) return;
        streak = 0;
        Thread.yield();
    }

    private void listen() {
        if (key.isValid() && (key.interestOps() & SelectionKey.OP_READ) == 0) {
            key.interestOpsOr(SelectionKey.OP_READ);
        }
    }

    @Override
    public int read(ByteBuffer into, long timeoutNanos) throws IOException {
        while (true) {
            awaitReadable(timeoutNanos);
            int count = readNow(into);
            if (count != 0) return count;
        }
    }

    @Override
    public int readNow(ByteBuffer into) throws IOException {
        int room = into.remaining();
        int count = channel.read(into);
        if (count != room) readable = count < 0; // a short read has emptied the socket; the end stays the end
        return count;
    }

    @Override
    public void watch(Runnable onReadable) {
        if (readable) {
            onReadable.run();
            return;
        }
        resting = onReadable;
        listen();
    }

    @Override
    public void unwatch() {
        resting = null;
        if (reader == null) readBy = Timers.NEVER;
    }

    @Override
    public void write(ByteBuffer from, long timeoutNanos) throws IOException {
        takeTurns();
        channel.write(from);
        while (from.hasRemaining()) {
            awaitWritable(SelectionKey.OP_WRITE, timeoutNanos);
            channel.write(from);
        }
    }

    /** Waits until the channel takes bytes again, or is connected. */
    void awaitWritable(int operation, long timeoutNanos) throws IOException {
        writer = Thread.currentThread();
        writable = false;
        writeExpired = false;
        writeBy = loop.deadline(timeoutNanos);
        schedule();
        try {
            key.interestOpsOr(operation);
            while (!writable) {
                if (!channel.isOpen()) throw new ClosedChannelException();
                if (writeExpired) throw new WireTimeout();
                LockSupport.park(this);
            }
        } catch (java.nio.channels.CancelledKeyException closed) {
            throw new ClosedChannelException();
        } finally {
            writer = null;
            writeBy = Timers.NEVER;
        }
    }

    void connected() {
        key.interestOps(SelectionKey.OP_READ);
    }

    @Override
    boolean isReading() {
        return reader != null;
    }

    @Override
    public void rest(long timeoutNanos, Runnable onEvent) {
        boolean stirs = readable && !isQuiet();
        if (stirs || !standBy(timeoutNanos, onEvent)) onEvent.run();
    }

    @Override
    public boolean canStandBy() {
        return true;
    }

    @Override
    public boolean standBy(long timeoutNanos, Runnable onEvent) {
        if (readable) return false;
        resting = onEvent;
        readBy = loop.deadline(timeoutNanos);
        schedule();
        listen();
        return true;
    }

    /** A read that filled its buffer to the last byte has left the question open. */
    private boolean isQuiet() {
        try {
            return readNow(ByteBuffer.allocate(1)) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public boolean resume() {
        resting = null;
        readBy = Timers.NEVER;
        readExpired = false;
        streak = 0; // what is written now goes out in this turn: to yield first would be to look away for longer
        return channel.isOpen() && !readable;
    }

    @Override
    public void close() {
        unschedule();
        try {
            channel.close();
        } catch (IOException e) {
            // the descriptor is gone either way
        }
        LockSupport.unpark(reader);
        LockSupport.unpark(writer);
    }
}
