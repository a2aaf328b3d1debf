package dev.rondo.balancer.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One connection of a {@link RawBackend}, in the hands of its script. */
public final class Peer {
    private final RawBackend backend;
    private final Socket socket;
    private final Source source;
    private final int index;
    private final CountDownLatch ended = new CountDownLatch(1);
    private long headStart;

    Peer(RawBackend backend, Socket socket, int index) throws IOException {
        this.backend = backend;
        this.socket = socket;
        this.source = new Source(socket, true);
        this.index = index;
    }

    /** 0 for the backend's first connection. */
    public int index() {
        return index;
    }

    /** The next whole request, which {@link RawBackend#takeRequest()} gives too; null where the connection ends first. */
    public @Nullable Request request() throws IOException {
        Request.Head head = head();
        return head == null ? null : body(head);
    }

    /** The next head alone; null where the connection ends first. */
    public Request.@Nullable Head head() throws IOException {
        socket.setSoTimeout(0); // an idle connection is nothing to worry about here
        headStart = source.position();
        return StrictGrammar.requestHead(source);
    }

    /** The body behind {@code head}. */
    public Request body(Request.Head head) throws IOException {
        Request request = StrictGrammar.requestBody(source, head, headStart);
        backend.came(request);
        return request;
    }

    /** The next {@code count} bytes as they are. */
    public String bytes(int count) throws IOException {
        return Bytes.text(source.exactly(count));
    }

    /** Everything to the end of the connection. */
    public String rest() throws IOException {
        return Bytes.text(source.rest());
    }

    /** Sends {@code text} as one segment. */
    public Peer send(String text) throws IOException {
        socket.getOutputStream().write(Bytes.of(text));
        return this;
    }

    /** Sends {@code text} one byte a segment. */
    public Peer dribble(String text) throws IOException {
        for (byte b : Bytes.of(text)) socket.getOutputStream().write(b);
        return this;
    }

    /** Answers whole requests with {@code METHOD|target|body} until the connection ends. */
    public void echo() throws IOException {
        Request request;
        while ((request = request()) != null) {
            String body = request.method() + "|" + request.target() + "|" + request.body();
            send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n"
                    + (request.method().equals("HEAD") ? "" : body));
        }
    }

    /** Waits for the other side to end the connection, throwing away what it still sends. */
    public End awaitEnd() throws IOException {
        socket.setSoTimeout(0);
        try {
            source.rest();
        } catch (EOFException e) {
            // the end all the same
        }
        return source.end();
    }

    /** Waits until this connection's script has ended. */
    public void awaitScript() throws InterruptedException {
        if (!ended.await(Source.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the balancer keeps connection " + index + " open; received:\n" + received());
        }
    }

    /** Says that no more bytes follow; more can still be read. */
    public void finish() throws IOException {
        socket.shutdownOutput();
    }

    /** Ends the connection by RST. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Ends the connection. */
    public void close() throws IOException {
        socket.close();
    }

    /** The socket itself, for tests of its buffers. */
    public Socket socket() {
        return socket;
    }

    /** Every byte received so far. */
    public String received() {
        return source.received();
    }

    void ended() {
        ended.countDown();
    }
}
