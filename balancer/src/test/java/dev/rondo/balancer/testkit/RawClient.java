package dev.rondo.balancer.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client that sends exactly the bytes it is told to, and holds every answer to {@link StrictGrammar}. One thread reads;
 * sending may go on in another.
 */
public final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final Source source;
    private final StringBuilder sent = new StringBuilder(); // guarded by itself

    private RawClient(Socket socket, boolean keep) throws SocketException {
        this.socket = socket;
        this.source = new Source(socket, keep);
    }

    /** A connection to {@code port} of this machine. */
    public static RawClient connect(int port) throws IOException {
        return connect(port, 0, true);
    }

    /**
     * A connection to {@code port} with small kernel buffers, which keeps none of the bytes it receives.
     *
     * @param buffer bytes of the receive buffer and of the send buffer
     */
    public static RawClient connectNarrow(int port, int buffer) throws IOException {
        return connect(port, buffer, false);
    }

    /** The answer to a GET of {@code target} on a connection of its own to {@code port}, which ends with it. */
    public static Answer ask(int port, String target) throws IOException {
        try (RawClient client = connect(port)) {
            client.send("GET " + target + " HTTP/1.1\r\nHost: lb.test\r\nConnection: close\r\n\r\n");
            return client.answer();
        }
    }

    private static RawClient connect(int port, int buffer, boolean keep) throws IOException {
        Socket socket = new Socket();
        try {
            if (buffer > 0) {
                socket.setReceiveBufferSize(buffer);
                socket.setSendBufferSize(buffer);
            }
            socket.setTcpNoDelay(true);
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) Source.DEADLINE.toMillis());
            return new RawClient(socket, keep);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** The port of this end. */
    public int localPort() {
        return socket.getLocalPort();
    }

    /** Sends {@code text} as one segment. */
    public RawClient send(String text) throws IOException {
        return send(Bytes.of(text));
    }

    /** Sends {@code bytes} in one write. */
    public RawClient send(byte[] bytes) throws IOException {
        synchronized (sent) {
            sent.append(Bytes.text(bytes));
        }
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Sends {@code bytes} without keeping them for a failure message. */
    public void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Sends {@code text} one byte a segment. */
    public RawClient dribble(String text) throws IOException {
        for (byte b : Bytes.of(text)) send(new byte[] {b});
        return this;
    }

    /** Sends {@code text} while this thread goes on; the other side need not read all of it. */
    public void sendBehind(String text) {
        Thread.ofVirtual().start(() -> {
            try {
                send(text);
            } catch (IOException e) {
                // Whether the answers are right is what counts.
            }
        });
    }

    /** Says that no more bytes follow; answers can still be read. */
    public RawClient finish() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Ends the connection in order. */
    public void leave() throws IOException {
        socket.close();
    }

    /** Ends the connection by RST. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** The next final answer to a GET, with the interim ones before it. */
    public Answer answer() throws IOException {
        return answer("GET");
    }

    /** The next final answer to a request of {@code method}, with the interim ones before it. */
    public Answer answer(String method) throws IOException {
        List<Answer> interims = new ArrayList<>();
        while (true) {
            Answer answer = next(method);
            if (answer == null) {
                throw new EOFException("no answer but " + source.end() + " after:\n" + transcript());
            }
            if (!answer.interim()) return answer.after(interims);
            interims.add(answer);
        }
    }

    /** The next answer, interim or final; null at the end of the connection. */
    public @Nullable Answer next(String method) throws IOException {
        return StrictGrammar.answer(source, method);
    }

    /** The next {@code count} bytes as they are, for tunnels. */
    public String bytes(int count) throws IOException {
        return Bytes.text(source.exactly(count));
    }

    /** Everything to the end of the connection as it is. */
    public String rest() throws IOException {
        return Bytes.text(source.rest());
    }

    /** Waits for the end of the connection; a byte before it is an error. */
    public End end() throws IOException {
        byte[] rest = source.rest();
        if (rest.length > 0) throw new Violation("bytes where the connection should end", Bytes.text(rest));
        return source.end();
    }

    /** How the other side's bytes have ended so far; does not wait. */
    public End endSoFar() {
        return source.end();
    }

    /** Number of bytes received so far. */
    public long total() {
        return source.total();
    }

    /** Every byte received so far. */
    public String received() {
        return source.received();
    }

    /** Both directions, for a failure message. */
    public String transcript() {
        synchronized (sent) {
            return "--- sent\n" + Bytes.shown(sent.toString()) + "\n--- received\n" + Bytes.shown(received()) + "\n---";
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
