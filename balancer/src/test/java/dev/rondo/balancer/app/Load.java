package dev.rondo.balancer.app;

import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Messages;
import dev.rondo.balancer.testkit.RawClient;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients of a balancer that is being stopped, of four kinds: GET and POST, each on kept connections and on a new one for every
 * request. They go on until they are refused.
 *
 * <p>What counts as lost: a request that was sent and not answered in full with 200, on whatever connection; and a connection
 * that was refused before the port may be closed.
 */
final class Load implements AutoCloseable {
    private static final int EACH_KIND = 3;

    /** So long a kept connection may ask once more when the drain has begun; a client that has paused for longer was told so. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Not virtual, for the fallback's sake: see ADR 2 on whom the JDK's scheduler prefers. */
    private static final Thread.Builder.OfPlatform THREADS =
            Thread.ofPlatform().name("load-", 0).daemon();

    private final int port;
    private final List<Thread> clients = new ArrayList<>();
    private final CountDownLatch busy = new CountDownLatch(4 * EACH_KIND);
    private final Queue<String> lost = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answered = new AtomicInteger();
    private volatile boolean stopping;
    private volatile long portMayClose;
    private volatile boolean over;

    Load(int port) {
        this.port = port;
        for (int i = 0; i < EACH_KIND; i++) {
            for (boolean kept : new boolean[] {true, false}) {
                clients.add(THREADS.start(() -> work("GET", kept)));
                clients.add(THREADS.start(() -> work("POST", kept)));
            }
        }
    }

    /** Waits until every client has got an answer. */
    void awaitBusy() throws InterruptedException {
        if (!busy.await(30, TimeUnit.SECONDS)) throw new AssertionError("no load; lost: " + lost);
    }

    /** Tells that the port may be closed {@code millis} from now, and not earlier. */
    void portMayCloseIn(long millis) {
        portMayClose = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        stopping = true;
    }

    /** Waits until all clients were refused. */
    Load awaitEnd() throws InterruptedException {
        for (Thread client : clients) {
            if (!client.join(java.time.Duration.ofSeconds(60)))
                throw new AssertionError("a client goes on; lost: " + lost);
        }
        return this;
    }

    /** What was lost, a line each. */
    List<String> lost() {
        return List.copyOf(lost);
    }

    /** Requests that were answered. */
    int answered() {
        return answered.get();
    }

    private void work(String method, boolean kept) {
        boolean first = true;
        while (!over) {
            int served = 0;
            long idleSince = 0;
            long sent = 0;
            try (RawClient client = RawClient.connect(port)) {
                boolean last;
                do {
                    send(client, method, kept);
                    sent = System.nanoTime();
                    last = answer(client, method);
                    idleSince = System.nanoTime();
                    served++;
                    answered.incrementAndGet();
                    if (first) busy.countDown();
                    first = false;
                } while (!last && !over);
            } catch (IOException | RuntimeException e) {
                boolean refused = served == 0 && e instanceof ConnectException && !mustBeOpen();
                long idle = (sent - idleSince > 0 ? sent : System.nanoTime()) - idleSince;
                boolean tooLate = stopping && kept && served > 0 && idle >= GRACE_NANOS;
                if (!refused && !tooLate)
                    lost.add(method + (kept ? " kept" : " new") + ", request " + (served + 1) + ": " + e);
                return;
            }
        }
    }

    /** Asked after the event that is judged: what a client that waits for a processor does not see would not be its fault. */
    private boolean mustBeOpen() {
        return !stopping || System.nanoTime() - portMayClose < 0;
    }

    private static String body(String method) {
        return method.equals("POST") ? "12345" : "";
    }

    private static void send(RawClient client, String method, boolean kept) throws IOException {
        String body = body(method);
        if (kept) {
            client.send(method.equals("POST") ? Messages.post("/load", body) : Messages.get("/load"));
        } else {
            client.send(method + " /load HTTP/1.1\r\nHost: lb.test\r\nConnection: close\r\n"
                    + (body.isEmpty() ? "" : "Content-Length: 5\r\n") + "\r\n" + body);
        }
    }

    private static boolean answer(RawClient client, String method) throws IOException {
        String body = body(method);
        Answer answer = client.answer(method);
        if (answer.status() != 200 || !answer.complete() || !answer.body().equals(method + "|/load|" + body)) {
            throw new IOException("answered " + answer);
        }
        return answer.last();
    }

    @Override
    public void close() {
        over = true;
    }
}
