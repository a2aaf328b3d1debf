package dev.rondo.balancer.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** The same at once on many platform threads. */
public final class Threads {
    public static final int COUNT = 8;

    private Threads() {}

    /** What each has returned. */
    public static <R> List<R> run(Callable<R> work) throws InterruptedException, ExecutionException {
        return runNumbered(_ -> work.call());
    }

    /** Work of a thread that is told its number, from 0. */
    @FunctionalInterface
    public interface Numbered<R> {
        R call(int number) throws Exception;
    }

    /** As {@link #run(Callable)}. */
    public static <R> List<R> runNumbered(Numbered<R> work) throws InterruptedException, ExecutionException {
        CountDownLatch start = new CountDownLatch(1);
        List<FutureTask<R>> tasks = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            int number = i;
            FutureTask<R> task = new FutureTask<>(() -> {
                start.await();
                return work.call(number);
            });
            tasks.add(task);
            Thread.ofPlatform().daemon().start(task);
        }
        start.countDown();
        List<R> results = new ArrayList<>();
        for (FutureTask<R> task : tasks) results.add(task.get());
        return results;
    }
}
