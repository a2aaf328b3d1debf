package dev.rondo.balancer.listener;

import dev.rondo.balancer.wire.Ticker;
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
 * set, and when its protocol is chosen, which hands over the remote address only. In between Helidon waits for the PROXY
 * header, where there is to be one, and knows no end to that wait: {@link #sweep} does. Thread-safe.
 */
final class AcceptedChannels implements SocketOptions {
    private record Accepted(SocketChannel channel, long at) {}

    private final SocketOptions options =
            SocketOptions.builder().tcpNoDelay(true).build();
    private final Ticker ticker;
    private final Map<SocketAddress, Accepted> waiting = new ConcurrentHashMap<>();
    private volatile int total;
    private volatile @Nullable Marker marker;

    AcceptedChannels(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // the listener's thread alone writes it
    public void configureSocket(SocketChannel channel) {
        total++;
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SocketAddress remote = channel.getRemoteAddress();
            if (remote != null) waiting.put(remote, new Accepted(channel, ticker.nanos()));
        } catch (IOException gone) {
            // the peer has closed already; the handler finds no channel and ends
        }
    }

    /** The channel that was accepted from {@code remote}, as long as nobody has taken it. */
    @Nullable
    SocketChannel peek(SocketAddress remote) {
        Accepted accepted = waiting.get(remote);
        return accepted == null ? null : accepted.channel;
    }

    /** The channel that was accepted from {@code remote}, once. */
    @Nullable
    SocketChannel take(SocketAddress remote) {
        Accepted accepted = waiting.remove(remote);
        return accepted == null ? null : accepted.channel;
    }

    /** Forgets channels that are closed, and closes those that were accepted {@code nanos} ago and never handed over. */
    void sweep(long nanos) {
        long now = ticker.nanos();
        waiting.values().removeIf(accepted -> {
            if (now - accepted.at >= nanos) close(accepted.channel);
            return !accepted.channel.isOpen();
        });
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // the descriptor is gone either way
        }
    }

    /** How many were ever accepted; wraps around. */
    int total() {
        return total;
    }

    /** The connection of our own that is to be told from those of clients; null where there is none. */
    @Nullable
    Marker marker() {
        return marker;
    }

    /** Expects {@code own} from now on; null expects none, so that a client may have its address some day. */
    void expect(@Nullable Marker own) {
        marker = own;
    }

    /** How many were accepted and not handed over yet. */
    int waiting() {
        return waiting.size();
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
