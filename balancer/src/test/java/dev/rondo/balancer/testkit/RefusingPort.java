package dev.rondo.balancer.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A port that refuses for certain: bound, so that nobody else gets it, and never listened on. */
public final class RefusingPort implements AutoCloseable {
    private final Socket holder = new Socket();

    /** Takes a free port. */
    public RefusingPort() throws IOException {
        holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** The port. */
    public int port() {
        return holder.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        holder.close();
    }
}
