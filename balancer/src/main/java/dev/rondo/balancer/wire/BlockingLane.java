package dev.rondo.balancer.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The fallback engine: plain virtual threads on the JDK's scheduler with blocking channels. A watcher thread ends what takes
 * too long. Slower than {@link EventLoop}, never wrong, everywhere available.
 */
public final class BlockingLane extends Lane {
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(10);

    private final Thread.Builder.OfVirtual threads;
    private final Timers timers;
    private final Thread watcher;
    private volatile boolean closed;

    /** Starts a lane. */
    public BlockingLane(int index, Ticker ticker) {
        super(index, ticker, new ReentrantLock());
        threads = Thread.ofVirtual().name("rondo-" + index + "-", 0);
        timers = new Timers(ticker.nanos());
        watcher = Thread.ofPlatform().name("rondo-watch-" + index).daemon().unstarted(this::watch);
        watcher.start();
    }

    private void watch() {
        while (!closed) {
            LockSupport.parkNanos(this, TICK);
            lock();
            try {
                timers.advance(ticker().nanos());
            } finally {
                unlock();
            }
        }
    }

    @Override
    public void start(Runnable task) {
        threads.start(task);
    }

    @Override
    Timers timers() {
        return timers;
    }

    @Override
    public long coarseNanos() {
        return ticker().nanos();
    }

    @Override
    public long coarseMillis() {
        return ticker().millis();
    }

    @Override
    public Wire adopt(SocketChannel accepted) throws IOException {
        accepted.configureBlocking(true);
        return new BlockingWire(this, accepted);
    }

    @Override
    public Wire connect(InetSocketAddress address, long timeoutNanos) throws IOException {
        SocketChannel channel = open(address);
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            int millis = Math.clamp(TimeUnit.NANOSECONDS.toMillis(timeoutNanos), 1, Integer.MAX_VALUE);
            channel.socket().connect(address, millis);
            return new BlockingWire(this, channel);
        } catch (SocketTimeoutException e) {
            channel.close();
            throw new WireTimeout();
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public long stalls() {
        return 0;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(watcher);
    }
}
