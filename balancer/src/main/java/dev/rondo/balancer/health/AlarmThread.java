package dev.rondo.balancer.health;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Alarms on one platform thread, {@code rondo-health}. */
final class AlarmThread implements Alarms {
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform().daemon().name("rondo-health").factory(),
            new ThreadPoolExecutor.DiscardPolicy()); // of what comes after the stop

    AlarmThread() {
        executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Runnable in(long nanos, Runnable what) {
        ScheduledFuture<?> future = executor.schedule(what, nanos, TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    @Override
    public void stop() {
        executor.shutdownNow();
    }
}
