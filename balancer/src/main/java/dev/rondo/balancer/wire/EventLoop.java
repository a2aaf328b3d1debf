package dev.rondo.balancer.wire;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One platform thread, one selector, and the scheduler of every virtual thread it starts: their code runs on this thread and
 * nowhere else, so what belongs to the loop needs no lock. What the selector finds ready is run before the next select, so
 * that level-triggered readiness neither spins nor needs to be armed again.
 *
 * <p>The JDK has no public way to give a virtual thread a scheduler yet; JDK 21 to 25 have a constructor for it, see
 * docs/adr/0002.
 */
public final class EventLoop extends Lane implements Executor {
    private static final System.Logger LOG = System.getLogger(EventLoop.class.getName());
    private static final @Nullable Constructor<?> BUILDER = findBuilder();

    private final Thread thread;
    private final Selector selector;
    private final Thread.Builder.OfVirtual threads;
    private final Timers timers;
    /** Continuations unparked on this thread. */
    private final ArrayDeque<Runnable> own = new ArrayDeque<>();
    /** Continuations unparked by any other, and by virtual threads, those of this loop among them. */
    private final Queue<Runnable> foreign = new ConcurrentLinkedQueue<>();

    private final Set<Thread> live = ConcurrentHashMap.newKeySet();
    private final Pulse pulse = new Pulse();
    private volatile boolean selecting;
    private volatile boolean closed;
    private long now;
    private long nowMillis;

    /**
     * Starts a loop.
     *
     * @throws IllegalStateException where {@link #isSupported} says no
     */
    public EventLoop(int index, Ticker ticker) throws IOException {
        super(index, ticker, null);
        selector = Selector.open();
        threads = scheduledOn(this).name("rondo-" + index + "-", 0);
        now = ticker.nanos();
        nowMillis = ticker.millis();
        timers = new Timers(now);
        thread = Thread.ofPlatform().name("rondo-loop-" + index).daemon().unstarted(this::run);
        thread.start();
    }

    /** Whether this JDK lets virtual threads be scheduled by a loop. */
    public static boolean isSupported() {
        return BUILDER != null;
    }

    private static @Nullable Constructor<?> findBuilder() {
        try {
            Constructor<?> constructor = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
                    .getDeclaredConstructor(Executor.class);
            constructor.setAccessible(true);
            return constructor;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    private static Thread.Builder.OfVirtual scheduledOn(Executor scheduler) {
        if (BUILDER == null) throw new IllegalStateException("this JDK has no scheduler argument for virtual threads");
        try {
            return (Thread.Builder.OfVirtual) BUILDER.newInstance(scheduler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void execute(Runnable continuation) {
        if (Thread.currentThread() == thread) {
            own.addLast(continuation);
        } else {
            foreign.add(continuation);
            if (selecting) selector.wakeup();
        }
    }

    @Override
    public void start(Runnable task) {
        threads.start(() -> {
            Thread self = Thread.currentThread();
            live.add(self);
            try {
                task.run();
            } finally {
                live.remove(self);
            }
        });
    }

    /** Where the code that runs on this loop stands right now: a carrier's own stack does not show it. */
    StackTraceElement[] heldAt() {
        for (Thread candidate : live) {
            if (candidate.getState() == Thread.State.RUNNABLE) {
                StackTraceElement[] stack = candidate.getStackTrace();
                if (stack.length > 0) return stack;
            }
        }
        return thread.getStackTrace();
    }

    private void run() {
        while (!closed) {
            try {
                turn();
            } catch (Throwable e) { // whatever it is, the other connections of this loop need it
                LOG.log(System.Logger.Level.ERROR, "event loop " + index() + " goes on after a failure", e);
            }
        }
        try {
            selector.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing a selector", e);
        }
    }

    private void turn() throws IOException {
        runQueued();
        now = ticker().nanos();
        pulse.begin();
        timers.advance(now);
        pulse.end();
        selecting = true;
        if (own.isEmpty() && foreign.isEmpty() && !closed) {
            selector.select(EventLoop::ready, timers.millisToNext(now));
        } else {
            selector.selectNow(EventLoop::ready);
        }
        selecting = false;
        now = ticker().nanos();
        nowMillis = ticker().millis();
    }

    private void runQueued() {
        for (int i = own.size(); i > 0; i--) runOne(own.removeFirst());
        for (Runnable next; (next = foreign.poll()) != null; ) runOne(next);
    }

    private void runOne(Runnable continuation) {
        pulse.begin();
        continuation.run();
        pulse.end();
    }

    private static void ready(SelectionKey key) {
        ((LoopWire) key.attachment()).ready();
    }

    Selector selector() {
        return selector;
    }

    @Override
    Timers timers() {
        return timers;
    }

    @Override
    public long coarseNanos() {
        return now;
    }

    @Override
    public long coarseMillis() {
        return nowMillis;
    }

    @Override
    public Wire adopt(SocketChannel accepted) throws IOException {
        accepted.configureBlocking(false);
        return new LoopWire(this, accepted, SelectionKey.OP_READ);
    }

    @Override
    public Wire connect(InetSocketAddress address, long timeoutNanos) throws IOException {
        SocketChannel channel = open(address);
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            boolean connected = channel.connect(address);
            LoopWire wire = new LoopWire(this, channel, connected ? SelectionKey.OP_READ : 0);
            if (!connected) {
                do wire.awaitWritable(SelectionKey.OP_CONNECT, timeoutNanos);
                while (!channel.finishConnect());
                wire.connected();
            }
            return wire;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** What a watcher reads to find out whether the loop is held. */
    Pulse pulse() {
        return pulse;
    }

    @Override
    public long stalls() {
        return pulse.stalls();
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }
}
