package dev.rondo.backend;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A backend on a port of its own whose pauses take no time, unless a test holds them, and whose records can be awaited. */
final class RunningBackend implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    final BlockingQueue<Duration> pauses = new LinkedBlockingQueue<>();
    final BlockingQueue<Served> served = new LinkedBlockingQueue<>();
    final Backend backend;
    private volatile CountDownLatch gate = new CountDownLatch(0);

    RunningBackend() throws ListenException {
        this(Duration.ofSeconds(30));
    }

    RunningBackend(Duration drainTimeout) throws ListenException {
        backend = Backend.start(
                new Settings("127.0.0.1", 0, "Server 1", Duration.ZERO, drainTimeout),
                new Surroundings(
                        InstantSource.fixed(NOW), System::nanoTime, new SplittableRandom(1), this::pause, served::add));
    }

    /** From now on each pause lasts until {@link #release()}. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    void release() {
        gate.countDown();
    }

    RawClient connect() throws IOException {
        return new RawClient(backend.port());
    }

    /** Sends one request on a connection of its own and reads its response. */
    RawClient.Response exchange(String method, String target, String body) throws IOException {
        try (RawClient client = connect()) {
            return client.exchange(method, target, body);
        }
    }

    RawClient.Response get(String target) throws IOException {
        return exchange("GET", target, "");
    }

    Served nextServed() throws InterruptedException {
        Served next = served.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no request was recorded");
        }
        return next;
    }

    /** The next record of {@code target}: a record follows its response, so those of earlier requests may still arrive. */
    Served nextServed(String target) throws InterruptedException {
        Served next = nextServed();
        while (!next.target().equals(target)) {
            next = nextServed();
        }
        return next;
    }

    Duration nextPause() throws InterruptedException {
        Duration next = pauses.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing paused");
        }
        return next;
    }

    @Override
    public void close() {
        release();
        try {
            backend.stop(Duration.ZERO);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while the backend stopped", e);
        }
    }

    private void pause(Duration duration) throws InterruptedException {
        CountDownLatch current = gate;
        pauses.add(duration);
        current.await();
    }
}
