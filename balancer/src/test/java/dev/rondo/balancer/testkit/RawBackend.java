package dev.rondo.balancer.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A backend whose every connection runs a {@link Script}: straight-line code that reads and sends what it likes. It listens
 * to what it gets: {@link #close()} fails the test when a byte that came through {@link Peer#request()} broke the grammar, or
 * when a script failed.
 */
public final class RawBackend implements AutoCloseable {
    private static final int BACKLOG = 1024;

    /** What one connection does; its end closes the connection. */
    @FunctionalInterface
    public interface Script {
        /** Plays the backend on one connection. */
        void serve(Peer peer) throws Exception;
    }

    private final ServerSocket listener;
    private final Script script;
    private final AtomicInteger connections = new AtomicInteger();
    private final LinkedBlockingQueue<Peer> accepted = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final java.util.Set<Peer> open = ConcurrentHashMap.newKeySet();

    private RawBackend(Script script) throws IOException {
        this.script = script;
        listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        threads().name("raw-backend-" + port()).start(this::accept);
    }

    /** Not virtual, for the fallback's sake: see ADR 2 on whom the JDK's scheduler prefers. */
    private static Thread.Builder.OfPlatform threads() {
        return Thread.ofPlatform().daemon();
    }

    /** A backend on a port of its own. */
    public static RawBackend start(Script script) throws IOException {
        return new RawBackend(script);
    }

    /** A backend that answers each whole request with exactly {@code raw}, on kept connections. */
    public static RawBackend answering(String raw) throws IOException {
        return start(peer -> {
            while (peer.request() != null) peer.send(raw);
        });
    }

    /** A backend that answers each whole request with {@code METHOD|target|body}. */
    public static RawBackend echoing() throws IOException {
        return start(Peer::echo);
    }

    /** A backend whose first connection runs {@code first}; all others answer as in {@link #echoing}. */
    public static RawBackend echoingAfter(Script first) throws IOException {
        return start(peer -> {
            if (peer.index() == 0) first.serve(peer);
            else peer.echo();
        });
    }

    /** The port it listens on. */
    public int port() {
        return listener.getLocalPort();
    }

    /** How many connections were accepted so far. */
    public int connections() {
        return connections.get();
    }

    /** The next connection, in the order they were accepted. */
    public Peer takePeer() throws InterruptedException {
        return take(accepted, "no connection came to the backend");
    }

    /** The next whole request, in the order they came; waits for it. */
    public Request takeRequest() throws InterruptedException {
        return take(requests, "no request came to the backend");
    }

    /** The whole requests that were not taken yet. */
    public List<Request> requests() {
        return new ArrayList<>(requests);
    }

    private <T> T take(LinkedBlockingQueue<T> queue, String otherwise) throws InterruptedException {
        T next = queue.poll(Source.DEADLINE.toSeconds(), TimeUnit.SECONDS);
        if (next == null) throw new AssertionError(otherwise + "; faults: " + faults);
        return next;
    }

    void came(Request request) {
        requests.add(request);
    }

    private void accept() {
        while (true) {
            Socket socket;
            try {
                socket = listener.accept();
            } catch (IOException e) {
                return; // closed by close()
            }
            int index = connections.getAndIncrement();
            threads().name("raw-backend-" + port() + "-" + index).start(() -> serve(socket, index));
        }
    }

    private void serve(Socket socket, int index) {
        try (socket) {
            socket.setTcpNoDelay(true);
            Peer peer = new Peer(this, socket, index);
            open.add(peer);
            accepted.add(peer);
            try {
                script.serve(peer);
            } finally {
                open.remove(peer);
                socket.close(); // first, so that whoever waits for the end knows that the other side can see it
                peer.ended();
            }
        } catch (Violation e) {
            faults.add(e);
        } catch (IOException e) {
            // The balancer may hang up at any time; a script that minds asks its peer for the end.
        } catch (Throwable e) {
            if (!listener.isClosed()) faults.add(e);
        }
    }

    /** Stops, and fails if the grammar was broken or a script failed. */
    @Override
    public void close() throws IOException {
        listener.close();
        for (Peer peer : open) peer.close();
        if (faults.isEmpty()) return;
        AssertionError error = new AssertionError("the backend on port " + port() + " saw: " + faults.getFirst());
        faults.forEach(error::addSuppressed);
        throw error;
    }
}
