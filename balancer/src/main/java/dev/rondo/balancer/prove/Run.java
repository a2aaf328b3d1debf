package dev.rondo.balancer.prove;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Sends what a {@link Plan} says: one virtual thread for each connection, each with one request in flight. Obeys HTTP as a
 * careful client does: a connection that the server ends is not used again, and a GET on a kept one that was closed before a
 * byte of the answer came is sent once more on a new one (RFC 9110 §9.2.2, RFC 9112 §9.3.1), which is counted.
 */
public final class Run {
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(10);

    private final Plan plan;
    private final LongSupplier clock;
    private final long begin;
    private final Pace pace;
    private final Ledger ledger;
    private final AtomicLong ids = new AtomicLong();
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final List<Thread> workers = new ArrayList<>();
    private volatile boolean abandoned;

    /** Begins now; sends nothing before {@link #report()}. {@code clock} gives nanoseconds. */
    public Run(Plan plan, LongSupplier clock) {
        this.plan = plan;
        this.clock = clock;
        this.begin = clock.getAsLong();
        this.ledger = new Ledger(plan.warmup());
        this.pace = new Pace(plan.rate(), plan.duration(), plan.requests(), begin);
        for (int i = 0; i < plan.connections(); i++) {
            RandomGenerator random = new SplittableRandom(plan.seed() * 31 + i);
            workers.add(Thread.ofVirtual().name("prove-" + i).unstarted(() -> new Worker(random).work()));
        }
    }

    /** Sends everything and returns when all of it is answered or has failed. */
    public Report report() throws InterruptedException {
        Thread watch = Thread.ofVirtual().name("prove-watch").start(this::watchDeadlines);
        for (Thread worker : workers) worker.start();
        for (Thread worker : workers) worker.join();
        long end = clock.getAsLong() - begin;
        watch.interrupt();
        watch.join();
        return new Report(ledger.summary(plan.target().shown(), plan.prefix(), end));
    }

    /** Sends nothing new. What is in flight ends in its time. */
    public void stop() {
        pace.stop();
        for (Thread worker : workers) LockSupport.unpark(worker);
    }

    /** Gives up what is in flight too. */
    public void abandon() {
        abandoned = true;
        stop();
        for (Connection connection : open) connection.abandon();
    }

    private void watchDeadlines() {
        while (!Thread.currentThread().isInterrupted()) {
            long now = clock.getAsLong();
            for (Connection connection : open) connection.expire(now);
            LockSupport.parkNanos(LOOK);
        }
    }

    /** What one thread does. */
    private final class Worker {
        private final RandomGenerator random;
        private @Nullable Connection kept;

        Worker(RandomGenerator random) {
            this.random = random;
        }

        void work() {
            Long due;
            while ((due = pace.take(clock.getAsLong())) != null && awaits(due)) {
                boolean post = random.nextDouble() < plan.postShare();
                boolean alone = random.nextDouble() < plan.newConnectionShare();
                request(post ? "POST" : "GET", alone);
            }
            if (kept != null) forget(kept);
        }

        /** Whether that moment came before the run was stopped. */
        private boolean awaits(long due) {
            while (!pace.isStopped()) {
                long left = due - clock.getAsLong();
                if (left <= 0) return true;
                LockSupport.parkNanos(left);
            }
            return false;
        }

        private void request(String method, boolean alone) {
            String id = plan.prefix() + "-" + ids.incrementAndGet();
            byte[] bytes = bytes(method, id, alone);
            long began = clock.getAsLong();
            ledger.sent(method);
            try {
                Answer answer =
                        exchange(method, bytes, alone, began + plan.timeout().toNanos());
                ledger.answered(id, method, answer, began - begin, clock.getAsLong() - begin);
            } catch (NoAnswer e) {
                ledger.failed(id, method, e.why(), began - begin, clock.getAsLong() - begin);
            }
        }

        private Answer exchange(String method, byte[] bytes, boolean alone, long deadline) throws NoAnswer {
            Connection connection = alone ? null : takeKept();
            if (connection != null) {
                try {
                    return ask(connection, bytes, deadline, true);
                } catch (NoAnswer e) {
                    boolean repeatable =
                            method.equals("GET") && !e.isBegun() && e.why().isClosedEarly();
                    if (!repeatable || connection.answered() == 0) throw e;
                    ledger.reopened();
                }
            }
            return ask(connect(deadline), bytes, deadline, !alone);
        }

        private @Nullable Connection takeKept() {
            Connection connection = kept;
            kept = null;
            if (connection == null || !connection.isStale()) return connection;
            ledger.foundClosed();
            forget(connection);
            return null;
        }

        private Answer ask(Connection connection, byte[] bytes, long deadline, boolean keep) throws NoAnswer {
            boolean again = false;
            try {
                Answer answer = connection.ask(bytes, deadline);
                again = keep && answer.kept();
                return answer;
            } finally {
                if (again) kept = connection;
                else forget(connection);
            }
        }

        /** To the first of the host's addresses that takes it, as curl and browsers do. */
        private Connection connect(long deadline) throws NoAnswer {
            ledger.connecting();
            NoAnswer last = new NoAnswer(Cause.UNKNOWN_HOST, false);
            for (InetAddress address : addresses()) {
                Connection connection = new Connection(plan.target(), deadline);
                open.add(connection);
                if (abandoned) connection.abandon();
                try {
                    connection.connect(address);
                    return connection;
                } catch (NoAnswer e) {
                    forget(connection);
                    last = e;
                }
            }
            throw last;
        }

        private InetAddress[] addresses() throws NoAnswer {
            try {
                return plan.target().addresses();
            } catch (UnknownHostException e) {
                throw new NoAnswer(Cause.UNKNOWN_HOST, false);
            }
        }

        private void forget(Connection connection) {
            open.remove(connection);
            connection.close();
        }
    }

    private byte[] bytes(String method, String id, boolean alone) {
        boolean post = method.equals("POST");
        String head = method + " " + (post ? plan.postPath() : plan.target().path()) + " HTTP/1.1\r\n"
                + "Host: " + plan.target().asked() + "\r\n"
                + "User-Agent: rondo-prove\r\n"
                + "X-Request-Id: " + id + "\r\n"
                + (alone ? "Connection: close\r\n" : "")
                + (post ? "Content-Type: text/plain\r\nContent-Length: " + plan.postBody() + "\r\n" : "")
                + "\r\n"
                + (post ? "x".repeat(plan.postBody()) : "");
        return head.getBytes(StandardCharsets.ISO_8859_1);
    }
}
