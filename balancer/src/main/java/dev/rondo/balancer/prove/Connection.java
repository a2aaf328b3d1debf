package dev.rondo.balancer.prove;

import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the server, for one request after the other. Its worker's alone, but for {@link #expire}, {@link #abandon}
 * and what they look at: blocking calls have no timeouts here, closing the channel ends them.
 */
final class Connection implements Closeable {
    private static final long NEVER = Long.MAX_VALUE;

    private final Target target;
    private final SocketChannel channel;
    private final AnswerReader answers;
    private int answered;
    private volatile long deadline;
    private volatile boolean expired;
    private volatile boolean abandoned;

    /** Not connected yet. {@code deadline} is that of its first request. */
    Connection(Target target, long deadline) throws NoAnswer {
        this.target = target;
        this.deadline = deadline;
        try {
            channel = SocketChannel.open();
        } catch (IOException e) { // no file descriptor is left
            throw new NoAnswer(Cause.NO_DESCRIPTOR, false);
        }
        answers = new AnswerReader(Channels.newInputStream(channel));
    }

    /** Connects. A channel that failed to connect is closed, so one connection is one address. */
    void connect(InetAddress address) throws NoAnswer {
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(new InetSocketAddress(address, target.port()));
        } catch (IOException e) {
            close();
            throw new NoAnswer(cause(e), false);
        }
    }

    /** How many answers it has given. */
    int answered() {
        return answered;
    }

    /** Whether the server has closed it, or sent what nobody asked for, since its last answer. */
    boolean isStale() {
        if (answers.hasMore()) return true;
        try {
            channel.configureBlocking(false);
            int count = channel.read(ByteBuffer.allocate(1));
            channel.configureBlocking(true);
            return count != 0;
        } catch (IOException e) {
            return true;
        }
    }

    /** Sends a request and reads its answer, both until {@code deadline}. */
    Answer ask(byte[] request, long until) throws NoAnswer {
        deadline = until;
        try {
            IOException unsent = send(request);
            Answer answer;
            try {
                answer = answers.read(); // a server may answer before it has taken all
            } catch (IOException e) {
                throw unsent == null ? e : unsent;
            }
            answered++;
            return unsent == null ? answer : new Answer(answer.status(), answer.server(), false);
        } catch (IOException e) {
            throw new NoAnswer(cause(e), answers.isBegun());
        } finally {
            deadline = NEVER;
        }
    }

    private @Nullable IOException send(byte[] request) {
        try {
            for (ByteBuffer left = ByteBuffer.wrap(request); left.hasRemaining(); ) channel.write(left);
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    private Cause cause(IOException e) {
        if (expired) return Cause.TIMEOUT;
        if (abandoned) return Cause.UNFINISHED;
        return switch (e) {
            case AnswerReader.Broken broken -> broken.why();
            case UnknownHostException _ -> Cause.UNKNOWN_HOST;
            case ConnectException _ -> Cause.REFUSED;
            case NoRouteToHostException _ -> Cause.UNREACHABLE;
            default -> Cause.RESET;
        };
    }

    /** Ends it if its request has taken too long. */
    void expire(long now) {
        long until = deadline;
        if (until == NEVER || now - until < 0) return;
        expired = true;
        close();
    }

    /** Ends it whatever it does. */
    void abandon() {
        abandoned = true;
        close();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // it is gone all the same
        }
    }
}
