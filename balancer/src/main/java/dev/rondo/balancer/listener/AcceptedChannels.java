package dev.rondo.balancer.listener;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the channel of a connection is kept between two moments at which Helidon lets us see it: when its socket options are
 * set, and when its protocol is chosen, which hands over the remote address only. Thread-safe.
 */
final class AcceptedChannels implements SocketOptions {
    private static final int SWEEP_EVERY = 1024;

    private final SocketOptions options =
            SocketOptions.builder().tcpNoDelay(true).build();
    private final Map<SocketAddress, SocketChannel> channels = new ConcurrentHashMap<>();
    private int accepted; // on the listener's one thread

    @Override
    public void configureSocket(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SocketAddress remote = channel.getRemoteAddress();
            if (remote != null) channels.put(remote, channel);
        } catch (IOException gone) {
            // the peer has closed already; the handler finds no channel and ends
        }
        // what was accepted and never handled: the executor was full, or a PROXY header did not come
        if (++accepted % SWEEP_EVERY == 0) channels.values().removeIf(other -> !other.isOpen());
    }

    /** The channel that was accepted from {@code remote}, once. */
    @Nullable
    SocketChannel take(SocketAddress remote) {
        return channels.remove(remote);
    }

    @Override
    public Map<SocketOption<?>, Object> socketOptions() {
        return options.socketOptions();
    }

    @Override
    public Duration connectTimeout() {
        return options.connectTimeout();
    }

    @Override
    public Duration readTimeout() {
        return options.readTimeout();
    }

    @Override
    public Optional<Integer> socketReceiveBufferSize() {
        return options.socketReceiveBufferSize();
    }

    @Override
    public Optional<Integer> socketSendBufferSize() {
        return options.socketSendBufferSize();
    }

    @Override
    public boolean socketReuseAddress() {
        return options.socketReuseAddress();
    }

    @Override
    public boolean socketKeepAlive() {
        return options.socketKeepAlive();
    }

    @Override
    public boolean tcpNoDelay() {
        return options.tcpNoDelay();
    }
}
