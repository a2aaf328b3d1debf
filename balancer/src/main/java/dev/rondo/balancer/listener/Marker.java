package dev.rondo.balancer.listener;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A connection of the process to its own port, whose place in the kernel's queue tells two things that no call does: when
 * Helidon has got it, everything that connected before has been accepted, because the queue is first in, first out; and when
 * Helidon asks it to end, the port is closed. Thread-safe.
 */
final class Marker implements AutoCloseable {
    private static final byte[] NO_CLIENT = "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);

    private final SocketChannel channel;
    private final SocketAddress local;
    private final CountDownLatch accepted = new CountDownLatch(1);
    private final CountDownLatch portClosed = new CountDownLatch(1);

    /** Binds one end, so that the other end can tell it by its address before it is connected. */
    Marker(InetAddress host) throws IOException {
        channel = SocketChannel.open();
        try {
            channel.bind(new InetSocketAddress(host, 0));
            local = channel.getLocalAddress();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Enters the queue of {@code port} of the same host. */
    void connect(int port, boolean proxyProtocol, Duration timeout) throws IOException {
        InetAddress host = ((InetSocketAddress) local).getAddress();
        channel.socket().connect(new InetSocketAddress(host, port), Math.toIntExact(timeout.toMillis()));
        if (proxyProtocol) channel.write(ByteBuffer.wrap(NO_CLIENT));
    }

    /** The port that it connects from. */
    int localPort() {
        return ((InetSocketAddress) local).getPort();
    }

    /** Whether {@code remote} is the other end of this connection. */
    boolean is(SocketAddress remote) {
        return local.equals(remote);
    }

    /** Called when Helidon hands the connection over: it stays until the port is closed. */
    void arrived() throws InterruptedException {
        accepted.countDown();
        portClosed.await();
    }

    /** Called when Helidon asks connections to end, which it does once the port is closed. */
    void portIsClosed() {
        portClosed.countDown();
    }

    /** Waits until everything that connected earlier is accepted; false where the time is up before. */
    boolean awaitAccepted(Duration timeout) throws InterruptedException {
        return accepted.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits until nobody is accepted any more; false where the time is up before. */
    boolean awaitPortClosed(Duration timeout) throws InterruptedException {
        return portClosed.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Ends every wait here: it has become pointless. */
    void giveUp() {
        accepted.countDown();
        portClosed.countDown();
    }

    @Override
    public void close() {
        giveUp();
        try {
            channel.close();
        } catch (IOException e) {
            // the descriptor is gone either way
        }
    }
}
