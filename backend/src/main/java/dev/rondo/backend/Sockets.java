package dev.rondo.backend;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.SocketOptions;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The open sockets by their peer's address. Helidon shows each accepted channel to its socket options and to nobody else, and a
 * fault needs the channel to reset it. {@link #watching} forgets a socket when its connection has ended.
 */
final class Sockets {
    private final ConcurrentMap<SocketAddress, SocketChannel> open = new ConcurrentHashMap<>();
    private final SocketOptions options = new Options(SocketOptions.builder()
            .tcpNoDelay(true) // small responses must not wait for the peer's acknowledgement
            .buildPrototype());

    SocketOptions options() {
        return options;
    }

    /** {@code selector}, whose connections are forgotten here when they end. */
    ServerConnectionSelector watching(ServerConnectionSelector selector) {
        return new Watching(selector);
    }

    /** Resets the connection from {@code peer}: it sees RST and no other byte. */
    void reset(SocketAddress peer) {
        SocketChannel channel = open.get(peer);
        if (channel == null) {
            return;
        }
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            channel.close();
        } catch (IOException e) {
            // closed already: there is nothing left to reset
        }
    }

    private void remember(SocketChannel channel) {
        try {
            open.put(channel.getRemoteAddress(), channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Watching implements ServerConnectionSelector {
        private final ServerConnectionSelector selector;

        private Watching(ServerConnectionSelector selector) {
            this.selector = selector;
        }

        @Override
        public int bytesToIdentifyConnection() {
            return selector.bytesToIdentifyConnection();
        }

        @Override
        public Support supports(BufferData data) {
            return selector.supports(data);
        }

        @Override
        public Set<String> supportedApplicationProtocols() {
            return selector.supportedApplicationProtocols();
        }

        @Override
        public ServerConnection connection(ConnectionContext context) {
            SocketAddress peer = context.remotePeer().address();
            SocketChannel channel = open.get(peer);
            return new Watched(selector.connection(context), () -> {
                if (channel != null) {
                    open.remove(peer, channel);
                }
            });
        }
    }

    /** Interruptible, as Helidon's own connection is: a stop would otherwise wait for each idle one. */
    private record Watched(ServerConnection connection, Runnable atEnd)
            implements ServerConnection, InterruptableTask<Void> {
        @Override
        public void handle(Limit limit) throws InterruptedException {
            try {
                connection.handle(limit);
            } finally {
                atEnd.run();
            }
        }

        @Override
        public Duration idleTime() {
            return connection.idleTime();
        }

        @Override
        public void close(boolean interrupt) {
            connection.close(interrupt);
        }

        @Override
        public boolean canInterrupt() {
            return connection instanceof InterruptableTask<?> task && task.canInterrupt();
        }
    }

    private final class Options implements SocketOptions {
        private final SocketOptions plain;

        private Options(SocketOptions plain) {
            this.plain = plain;
        }

        @Override
        public void configureSocket(SocketChannel channel) {
            plain.configureSocket(channel);
            remember(channel);
        }

        @Override
        public Map<SocketOption<?>, Object> socketOptions() {
            return plain.socketOptions();
        }

        @Override
        public Duration connectTimeout() {
            return plain.connectTimeout();
        }

        @Override
        public Duration readTimeout() {
            return plain.readTimeout();
        }

        @Override
        public Optional<Integer> socketReceiveBufferSize() {
            return plain.socketReceiveBufferSize();
        }

        @Override
        public Optional<Integer> socketSendBufferSize() {
            return plain.socketSendBufferSize();
        }

        @Override
        public boolean socketReuseAddress() {
            return plain.socketReuseAddress();
        }

        @Override
        public boolean socketKeepAlive() {
            return plain.socketKeepAlive();
        }

        @Override
        public boolean tcpNoDelay() {
            return plain.tcpNoDelay();
        }
    }
}
