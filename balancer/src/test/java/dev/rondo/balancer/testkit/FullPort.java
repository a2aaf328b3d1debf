package dev.rondo.balancer.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A port whose queue of connections is full, so that nobody is refused and nobody gets in, unless they are {@link #letIn}. */
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
            channel.bind(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // so that it knows its own address
            channel.configureBlocking(false);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
        }
    }

    /** The port. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Empties the queue, and gives the first connection that is somebody else's; waits for it. */
    public Socket letIn() throws IOException {
        Set<SocketAddress> own = new HashSet<>();
        for (SocketChannel channel : waiting) own.add(channel.getLocalAddress());
        listener.setSoTimeout((int) Source.DEADLINE.toMillis());
        while (true) {
            Socket socket = listener.accept();
            if (own.contains(socket.getRemoteSocketAddress())) {
                socket.close();
                continue;
            }
            socket.setSoTimeout((int) Source.DEADLINE.toMillis());
            return socket;
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : waiting) channel.close();
        listener.close();
    }
}
