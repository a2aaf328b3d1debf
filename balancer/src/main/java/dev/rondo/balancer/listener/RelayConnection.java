package dev.rondo.balancer.listener;

import dev.rondo.balancer.proxy.Proxy;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.ProxyProtocolV2Data;
import io.helidon.webserver.spi.ServerConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One accepted connection as Helidon sees it: its thread waits here until the relay has ended. */
final class RelayConnection implements ServerConnection, InterruptableTask<Void> {
    private final Proxy proxy;
    private final AcceptedChannels accepted;
    private final ClientCounts counts;
    private final ConnectionContext context;
    private volatile Proxy.@Nullable Session session;

    RelayConnection(Proxy proxy, AcceptedChannels accepted, ClientCounts counts, ConnectionContext context) {
        this.proxy = proxy;
        this.accepted = accepted;
        this.counts = counts;
        this.context = context;
    }

    @Override
    public void handle(Limit unused) throws InterruptedException {
        SocketAddress remote = context.remotePeer().address();
        SocketChannel channel = remote == null || !hasWholeHeader(remote) ? null : accepted.take(remote);
        if (channel == null || !(remote instanceof InetSocketAddress address)) return; // the peer has gone
        UnusedBuffer.OF_PLAIN_SOCKETS.release(context.serverSocket());
        Marker marker = accepted.marker();
        if (marker != null && marker.is(remote)) {
            marker.arrived();
            return;
        }
        InetAddress client = clientOf(address);
        boolean entered = counts.enter(client);
        try {
            Proxy.Session now = entered ? proxy.serve(channel, client) : proxy.refuse(channel, client);
            session = now;
            now.await();
        } catch (InterruptedException e) {
            close(true);
            throw e;
        } finally {
            if (entered) counts.leave(client);
        }
    }

    /** Helidon leaves the last byte of {@code PROXY UNKNOWN} on the wire, and it would be the first of a request. */
    private boolean hasWholeHeader(SocketAddress remote) {
        ProxyProtocolData data = context.proxyProtocolData().orElse(null);
        if (data == null
                || data instanceof ProxyProtocolV2Data
                || data.family() != ProxyProtocolData.Family.UNKNOWN
                || !data.sourceAddress().isEmpty()) return true;
        SocketChannel channel = accepted.peek(remote);
        ByteBuffer last = ByteBuffer.allocate(1);
        try {
            return channel != null && channel.read(last) == 1 && last.get(0) == '\n';
        } catch (IOException e) {
            return false;
        }
    }

    /** What a PROXY header says, if it names an address of TCP; a check of the sender itself names none that counts. */
    private InetAddress clientOf(InetSocketAddress peer) {
        ProxyProtocolData data = context.proxyProtocolData().orElse(null);
        boolean local = data instanceof ProxyProtocolV2Data v2 && v2.command() == ProxyProtocolV2Data.Command.LOCAL;
        if (data != null
                && !local
                && (data.family() == ProxyProtocolData.Family.IPv4 || data.family() == ProxyProtocolData.Family.IPv6)
                && !data.sourceAddress().isEmpty()) {
            try {
                return InetAddress.ofLiteral(data.sourceAddress());
            } catch (IllegalArgumentException e) {
                return peer.getAddress();
            }
        }
        return peer.getAddress();
    }

    @Override
    public Duration idleTime() {
        return Duration.ZERO; // the relay has times of its own for every wait
    }

    /** Helidon calls this without {@code interrupt} when it has closed the port, and with it when a stop takes too long. */
    @Override
    public void close(boolean interrupt) {
        Marker marker = accepted.marker();
        if (marker != null) marker.portIsClosed();
        Proxy.Session now = session;
        if (interrupt && now != null) now.abort();
    }

    @Override
    public boolean canInterrupt() {
        return false; // draining ends connections, an interrupt would cut them
    }

    @Override
    public void run() {
        throw new UnsupportedOperationException("run by handle");
    }
}
