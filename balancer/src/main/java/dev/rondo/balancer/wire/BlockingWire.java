package dev.rondo.balancer.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A blocking channel. A read that takes too long is ended by closing the channel's input, so that an answer can still be
 * written; a write that takes too long, by closing the channel. The fields are guarded by the lane's lock.
 */
final class BlockingWire extends Wire {
    private static final long POLL = java.util.concurrent.TimeUnit.MILLISECONDS.toNanos(200);

    private final BlockingLane lane;

    private @Nullable Runnable resting;
    private @Nullable Runnable watched;
    private boolean reading;
    private volatile boolean readExpired;
    private volatile boolean writeExpired;

    BlockingWire(BlockingLane lane, SocketChannel channel) {
        super(lane, channel);
        this.lane = lane;
    }

    @Override
    void expire(long now) {
        boolean readDue = readBy - now <= 0 && readBy != Timers.NEVER;
        boolean writeDue = writeBy - now <= 0 && writeBy != Timers.NEVER;
        Runnable onEvent = resting;
        if (readDue) readBy = Timers.NEVER;
        if (writeDue) writeBy = Timers.NEVER;
        try {
            if (writeDue) {
                writeExpired = true;
                channel.close();
            } else if (readDue && watched != null) {
                lane.start(this::poll);
            } else if (readDue && onEvent != null) {
                lane.start(onEvent);
            } else if (readDue) {
                readExpired = true;
                channel.shutdownInput();
            }
        } catch (IOException e) {
            // closed by someone else: there is nothing left to end
        }
        schedule();
    }

    @Override
    boolean isReading() {
        return reading;
    }

    @Override
    public void awaitReadable(long timeoutNanos) {
        // a blocking channel cannot wait without reading
    }

    @Override
    public int read(ByteBuffer into, long timeoutNanos) throws IOException {
        setReadBy(lane.deadline(timeoutNanos), true);
        try {
            int count = channel.read(into);
            if (count < 0 && readExpired) throw new WireTimeout();
            return count;
        } catch (AsynchronousCloseException e) {
            if (writeExpired) throw new WireTimeout(); // the one who writes has waited too long, for both
            throw e;
        } finally {
            setReadBy(Timers.NEVER, false);
        }
    }

    private void setReadBy(long deadline, boolean waits) {
        lane.lock();
        try {
            reading = waits;
            readBy = waits ? Math.min(deadline, readLimit) : Timers.NEVER;
            schedule();
        } finally {
            lane.unlock();
        }
    }

    @Override
    public void write(ByteBuffer from, long timeoutNanos) throws IOException {
        try {
            do { // each turn of which has all the time: a slow reader is not a dead one
                setWriteBy(lane.deadline(timeoutNanos));
                channel.write(from);
            } while (from.hasRemaining());
        } catch (IOException e) {
            if (writeExpired) throw new WireTimeout();
            throw e;
        } finally {
            setWriteBy(Timers.NEVER);
        }
    }

    private void setWriteBy(long deadline) {
        lane.lock();
        try {
            writeBy = deadline;
            schedule();
        } finally {
            lane.unlock();
        }
    }

    @Override
    public void rest(long timeoutNanos, Runnable onEvent) {
        lane.lock();
        try {
            resting = onEvent;
            readBy = lane.deadline(timeoutNanos);
            schedule();
        } finally {
            lane.unlock();
        }
    }

    @Override
    public boolean resume() {
        lane.lock();
        try {
            resting = null;
            readBy = Timers.NEVER;
        } finally {
            lane.unlock();
        }
        return isQuiet();
    }

    @Override
    public boolean canStandBy() {
        return false;
    }

    @Override
    public boolean standBy(long timeoutNanos, Runnable onEvent) {
        throw new UnsupportedOperationException("a blocking channel does not tell of itself");
    }

    private boolean isQuiet() {
        try {
            return readNow(ByteBuffer.allocate(1)) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public int readNow(ByteBuffer into) throws IOException {
        channel.configureBlocking(false);
        try {
            return channel.read(into);
        } finally {
            channel.configureBlocking(true);
        }
    }

    @Override
    public void watch(Runnable onReadable) {
        lane.lock();
        try {
            watched = onReadable;
            readBy = lane.deadline(POLL);
            schedule();
        } finally {
            lane.unlock();
        }
    }

    @Override
    public void unwatch() {
        lane.lock();
        try {
            if (watched == null) return;
            watched = null;
            if (!reading) readBy = Timers.NEVER;
        } finally {
            lane.unlock();
        }
    }

    /** A blocking channel does not tell of itself: look, unless somebody is in the middle of writing. */
    private void poll() {
        lane.lock();
        try {
            Runnable onReadable = watched;
            if (onReadable == null || reading) return;
            if (writeBy == Timers.NEVER) {
                watched = null;
                onReadable.run(); // which watches again where it wants to
            } else {
                readBy = lane.deadline(POLL);
                schedule();
            }
        } finally {
            lane.unlock();
        }
    }

    @Override
    public void close() {
        lane.lock();
        try {
            unschedule();
            channel.close();
        } catch (IOException e) {
            // the descriptor is gone either way
        } finally {
            lane.unlock();
        }
    }
}
