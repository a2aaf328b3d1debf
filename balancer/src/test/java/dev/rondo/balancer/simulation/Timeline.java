package dev.rondo.balancer.simulation;

import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time. Events happen in its order; the virtual threads of a history run between them, one at a time, on the thread that
 * calls {@link #pass}. So straight-line code that waits is as deterministic as an event queue.
 */
final class Timeline implements Executor {
    private record Event(long at, long order, Runnable what) {}

    private final PriorityQueue<Event> events = new PriorityQueue<>(Timeline::compare);
    /** Thread-safe because {@code parkNanos} also counts real time, and tells from a thread of the JDK's when that is over. */
    private final Queue<Runnable> ready = new ConcurrentLinkedQueue<>();

    private final Thread.Builder.OfVirtual threads;
    private long now;
    private long ordered;
    private int alive;
    private @Nullable Throwable failure;

    /** @param now any value: nobody may compare without subtracting */
    Timeline(long now) {
        this.now = now;
        this.threads = scheduledOn(this);
    }

    /** By the same way as the event loops, see docs/adr/0002. */
    private static Thread.Builder.OfVirtual scheduledOn(Executor scheduler) {
        try {
            var constructor = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
                    .getDeclaredConstructor(Executor.class);
            constructor.setAccessible(true);
            return (Thread.Builder.OfVirtual) constructor.newInstance(scheduler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int compare(Event one, Event other) {
        int byTime = Long.signum(one.at - other.at);
        return byTime != 0 ? byTime : Long.compare(one.order, other.order);
    }

    long now() {
        return now;
    }

    /** Threads that have not ended. */
    int alive() {
        return alive;
    }

    /** Lets {@code what} happen {@code nanos} from now. It must not wait. */
    void in(long nanos, Runnable what) {
        events.add(new Event(now + Math.max(0, nanos), ordered++, what));
    }

    /** Begins {@code task} on a thread of this history. */
    void start(Runnable task) {
        alive++;
        threads.start(() -> {
            try {
                task.run();
            } catch (Throwable e) {
                if (failure == null) failure = e;
            } finally {
                alive--;
            }
        });
    }

    /** Waits, on a thread of this history. */
    void sleep(long nanos) {
        Thread self = Thread.currentThread();
        boolean[] over = new boolean[1];
        in(nanos, () -> {
            over[0] = true;
            LockSupport.unpark(self);
        });
        while (!over[0]) LockSupport.park(this);
    }

    @Override
    public void execute(Runnable continuation) {
        ready.add(continuation);
    }

    /** Lets so much time pass, with all that happens in it. */
    void pass(long nanos, Runnable afterEach) {
        long end = now + nanos;
        while (true) {
            Event next = events.peek();
            if (next == null || next.at - end > 0) break;
            events.remove();
            now = next.at;
            next.what.run();
            runReady();
            afterEach.run();
        }
        now = end;
    }

    private void runReady() {
        Runnable continuation;
        while ((continuation = ready.poll()) != null) continuation.run();
        if (failure instanceof RuntimeException e) throw e;
        if (failure instanceof Error e) throw e;
    }
}
