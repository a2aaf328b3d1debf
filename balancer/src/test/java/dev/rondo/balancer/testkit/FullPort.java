package dev.rondo.balancer.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** A port whose queue of connections is full and never emptied, so that nobody is refused and nobody gets in. */
public final class FullPort implements AutoCloseable {
    /** More than the kernel queues for a backlog of one. */
    private static final int WAITING = 8;

    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<SocketChannel> waiting = new ArrayList<>();

    /** Takes a free port and fills its queue. */
    public FullPort() throws IOException {
        for (int i = 0; i < WAITING; i++) {
            SocketChannel channel = SocketChannel.open();
            waiting.add(channel);
            channel.configureBlocking(false);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
        }
    }

    /** The port. */
    public int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : waiting) channel.close();
        listener.close();
    }
}
