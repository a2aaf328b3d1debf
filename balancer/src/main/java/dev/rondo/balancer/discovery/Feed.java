package dev.rondo.balancer.discovery;

import dev.rondo.balancer.cluster.Found;
import dev.rondo.balancer.cluster.Withheld;
import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.wire.Ticker;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Carries what the source of one pool finds to the cluster, and runs the source again when it is lost. Its thread is a platform
 * thread: a look-up of a name blocks in the C library, and would take the carrier of a virtual thread with it.
 */
final class Feed implements Runnable {
    private static final System.Logger LOG = System.getLogger(Feed.class.getName());
    private static final int NAMED = 10;

    /**
     * What a feed needs beside its source.
     *
     * @param sink told on the feed's thread, never after {@link #stop}
     */
    record Means(Ticker ticker, RandomGenerator random, Pause pause, Discovery.Sink sink) {}

    /** @param found what was told last; null where nothing was */
    private record State(
            @Nullable List<Found> found,
            long lastSuccessMillis,
            @Nullable String lost) {}

    private final String pool;
    private final BackendSource config;
    private final Source source;
    private final Means means;
    private final Tally tally;
    private final Thread thread;
    private volatile State state = new State(null, 0, null); // written by its thread
    private int failuresInARow; // of its thread
    private boolean stopped; // guarded by this

    Feed(String pool, BackendSource config, Source source, Means means, Tally tally) {
        this.pool = pool;
        this.config = config;
        this.source = source;
        this.means = means;
        this.tally = tally;
        this.thread =
                Thread.ofPlatform().daemon().name("rondo-discovery-" + pool).unstarted(this);
    }

    BackendSource config() {
        return config;
    }

    void start() {
        thread.start();
    }

    /** When it returns, nothing is told any more. */
    synchronized void stop() {
        stopped = true;
        thread.interrupt();
    }

    /** Waits until its thread has ended: after {@link #stop}. */
    void join() throws InterruptedException {
        thread.join();
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    @Override
    public void run() {
        try {
            while (!isStopped()) {
                follow();
                means.pause.await(Backoff.nanos(failuresInARow, means.random));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // stopped
        }
    }

    private void follow() throws InterruptedException {
        try {
            source.follow(this);
            lost("it has ended", null);
        } catch (SourceLost e) {
            lost(String.valueOf(e.getMessage()), null);
        } catch (RuntimeException | LinkageError e) { // whatever it is, the pool must not be left without a source
            lost("internal error: " + e, e);
        }
    }

    private void lost(String why, @Nullable Throwable stack) {
        if (isStopped()) return; // it was interrupted
        failuresInARow++;
        tally.failures().incrementAndGet();
        State before = state;
        state = new State(before.found, before.lastSuccessMillis, why);
        if (why.equals(before.lost)) return;
        LOG.log(
                System.Logger.Level.WARNING,
                "pool " + pool + ": " + config.shown() + " is lost: " + why + "; "
                        + (before.found == null
                                ? "none of its backends is known yet"
                                : "the " + usable(before.found) + " backends known last stay"),
                stack);
    }

    /** The source has answered: with these, in an order that does not depend on chance. */
    void found(List<Found> found) {
        State before = state;
        boolean changed = !found.equals(before.found);
        alive();
        if (changed) tell(found);
        // last: whoever sees that the source has answered finds the backends in their pool
        state = new State(List.copyOf(found), state.lastSuccessMillis, null);
    }

    /** There are these now, though the source is not as it should be: where it is lost it stays so. */
    void listed(List<Found> found) {
        if (!found.equals(state.found)) tell(found);
        state = new State(List.copyOf(found), state.lastSuccessMillis, state.lost);
    }

    private synchronized void tell(List<Found> found) {
        if (stopped) return;
        LOG.log(System.Logger.Level.INFO, "pool " + pool + ": " + config.shown() + " has " + shown(found));
        means.sink.found(pool, config, found);
    }

    private static String shown(List<Found> found) {
        if (found.isEmpty()) return "no backends";
        return found.size() + " backends: "
                + found.stream().limit(NAMED).map(Feed::named).collect(Collectors.joining(", "))
                + (found.size() > NAMED ? ", …" : "");
    }

    private static String named(Found one) {
        Withheld withheld = one.withheld();
        return one.config().id() + (withheld == null ? "" : " (" + withheld.reason() + ")");
    }

    /** The source is in touch, and nothing has changed. */
    void alive() {
        State before = state;
        failuresInARow = 0;
        state = new State(before.found, means.ticker.millis(), null);
        if (before.lost != null && !isStopped())
            LOG.log(System.Logger.Level.INFO, "pool " + pool + ": " + config.shown() + " is back");
    }

    /** Lets time pass until the next look. */
    void pause(long nanos) throws InterruptedException {
        means.pause.await(nanos);
    }

    /** Whether the source has told of its backends once. */
    boolean hasAnswered() {
        return state.found != null;
    }

    SourceStatus status() {
        State now = state;
        return new SourceStatus(
                pool,
                config.shown(),
                now.found == null ? 0 : usable(now.found),
                now.lastSuccessMillis,
                tally.failures().get(),
                now.lost);
    }

    private static int usable(List<Found> found) {
        return (int) found.stream().filter(each -> each.withheld() == null).count();
    }
}
