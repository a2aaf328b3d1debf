package dev.rondo.balancer.wire;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Looks at every loop each 10 ms, counts those that are held by one piece of code for longer, and says where, at
 * most every half minute. */
final class StallWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(StallWatch.class.getName());
    private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long BETWEEN_REPORTS = TimeUnit.SECONDS.toNanos(30);
    private static final int FRAMES = 12;

    private final List<EventLoop> loops;
    private final Ticker ticker;
    private final Thread thread;
    private long lastReport;
    private volatile boolean closed;

    StallWatch(List<EventLoop> loops, Ticker ticker) {
        this.ticker = ticker;
        this.lastReport =
                ticker.nanos(); // the first half minute is the JVM's own: classes are loaded, code is compiled
        this.loops = List.copyOf(loops);
        thread = Thread.ofPlatform().name("rondo-stall-watch").daemon().unstarted(this::run);
        thread.start();
    }

    private void run() {
        long[] before = new long[loops.size()];
        while (!closed) {
            LockSupport.parkNanos(this, PERIOD);
            for (int i = 0; i < before.length; i++) {
                EventLoop loop = loops.get(i);
                long beat = loop.pulse().beat();
                boolean held = beat == before[i] && (beat & 1) != 0;
                before[i] = beat;
                if (held && loop.pulse().isNewStall(beat)) report(loop, beat);
            }
        }
    }

    private void report(EventLoop loop, long beat) {
        long now = ticker.nanos();
        if (now - lastReport < BETWEEN_REPORTS) return;
        StackTraceElement[] held = loop.heldAt();
        if (loop.pulse().beat() != beat) return; // it has gone on, and the stack is somebody else's
        lastReport = now;
        String stack = Arrays.stream(held)
                .limit(FRAMES)
                .map(StackTraceElement::toString)
                .collect(Collectors.joining(" < "));
        LOG.log(
                System.Logger.Level.WARNING,
                "event loop " + loop.index() + " was held for more than 10 ms at " + stack);
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
