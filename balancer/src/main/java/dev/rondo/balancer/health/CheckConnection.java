package dev.rondo.balancer.health;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PlainSocket;
import io.helidon.webclient.api.ClientConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The connection that one check lends to Helidon's WebClient. The client's own have a timeout for each read only, so a byte now
 * and then keeps them for ever; they stay open when an answer cannot be parsed; and a chunk is read whole, however long. Here
 * the deadline is over all reads, their sum is bounded, and the check closes it.
 */
final class CheckConnection implements ClientConnection, AutoCloseable {
    /** What is read at most, in bytes, give or take one read: a head, and as much of a body as is looked at. */
    private static final int LIMIT = 32 * 1024 + BodySearch.LIMIT;

    private final SocketChannel channel;
    private final Deadline deadline;
    private final PlainSocket socket;
    private final DataReader reader = DataReader.create(this::read);
    private int received;
    private boolean cut;
    private boolean muted;

    CheckConnection(SocketChannel channel, Deadline deadline) {
        this.channel = channel;
        this.deadline = deadline;
        this.socket = PlainSocket.client(channel.socket(), "check");
    }

    /** Whether a byte of an answer has come. */
    boolean hasBegun() {
        return received > 0;
    }

    /** Whether reading has ended because there was too much of it. */
    boolean isCut() {
        return cut;
    }

    /** From now on, what is written goes nowhere. */
    void mute() {
        muted = true;
    }

    private byte @Nullable [] read() {
        if (received >= LIMIT) {
            cut = true;
            return null;
        }
        try {
            if (deadline.isOver()) throw new SocketTimeoutException();
            channel.socket().setSoTimeout(Deadline.millis(deadline.left()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] bytes = socket.get();
        if (bytes != null) received += bytes.length;
        return bytes;
    }

    private void send(BufferData buffer) {
        // a request of a few KiB on a new connection always fits into the socket's buffer, so this does not wait
        if (!muted) socket.write(buffer);
    }

    @Override
    public DataReader reader() {
        return reader;
    }

    @Override
    public DataWriter writer() {
        return new DataWriter() {
            @Override
            public void write(BufferData... buffers) {
                for (BufferData buffer : buffers) send(buffer);
            }

            @Override
            public void write(BufferData buffer) {
                send(buffer);
            }

            @Override
            public void writeNow(BufferData... buffers) {
                for (BufferData buffer : buffers) send(buffer);
            }

            @Override
            public void writeNow(BufferData buffer) {
                send(buffer);
            }
        };
    }

    @Override
    public String channelId() {
        return "check";
    }

    @Override
    public HelidonSocket helidonSocket() {
        return socket;
    }

    @Override
    public void readTimeout(Duration timeout) {
        // the deadline holds instead
    }

    @Override
    public void closeResource() {
        Connector.close(channel);
    }

    @Override
    public void close() {
        closeResource();
    }
}
