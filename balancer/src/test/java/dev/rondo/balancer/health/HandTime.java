package dev.rondo.balancer.health;

import dev.rondo.balancer.wire.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A clock and alarms that stand still until the test moves them; alarms run on the test's thread. */
final class HandTime implements Ticker, Alarms {
    private record Alarm(long due, Runnable what) {}

    private final List<Alarm> alarms = new ArrayList<>();
    private long now = Long.MAX_VALUE - 1; // wraps soon: nobody may compare without subtracting
    private boolean stopped;

    @Override
    public synchronized long nanos() {
        return now;
    }

    @Override
    public synchronized long millis() {
        return 1_000;
    }

    @Override
    public synchronized Runnable in(long nanos, Runnable what) {
        Alarm alarm = new Alarm(now + nanos, what);
        if (!stopped) alarms.add(alarm);
        notifyAll();
        return () -> cancel(alarm);
    }

    private synchronized void cancel(Alarm alarm) {
        alarms.remove(alarm);
        notifyAll();
    }

    @Override
    public synchronized void stop() {
        stopped = true;
        alarms.clear();
    }

    synchronized int pending() {
        return alarms.size();
    }

    /** How long it is to each alarm. */
    synchronized List<Duration> waits() {
        return alarms.stream().map(alarm -> Duration.ofNanos(alarm.due - now)).toList();
    }

    /** Moves on, running what is due, each at its time. */
    void pass(Duration time) {
        long end = nanos() + time.toNanos();
        Alarm next;
        while ((next = next(end)) != null) next.what.run();
    }

    private synchronized @Nullable Alarm next(long end) {
        Alarm next = alarms.stream()
                .min(Comparator.comparingLong(alarm -> alarm.due - now))
                .filter(alarm -> alarm.due - end <= 0)
                .orElse(null);
        now = next == null ? end : next.due;
        alarms.remove(next);
        return next;
    }

    /** Waits until {@code count} alarms are set, the first of them in {@code wait}. */
    synchronized void await(int count, Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (alarms.size() != count
                || alarms.stream().mapToLong(alarm -> alarm.due - now).min().orElse(-1) != wait.toNanos()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("alarms are due in " + waits());
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }
}
