package dev.rondo.balancer.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.wire.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

class AcceptedChannelsTest {
    private long now = Long.MAX_VALUE - 5; // nanoTime may overflow

    private final AcceptedChannels accepted = new AcceptedChannels(new Ticker() {
        @Override
        public long nanos() {
            return now;
        }

        @Override
        public long millis() {
            return 0;
        }
    });

    private record Pair(SocketChannel client, SocketChannel server) implements AutoCloseable {
        static Pair open() throws IOException {
            try (ServerSocketChannel listener = ServerSocketChannel.open()) {
                listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel client = SocketChannel.open(listener.getLocalAddress());
                return new Pair(client, listener.accept());
            }
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }

    @Test
    void aChannelIsTakenOnceByItsAddress() throws Exception {
        try (Pair pair = Pair.open()) {
            accepted.configureSocket(pair.server);
            assertThat(accepted.take(pair.client.getLocalAddress())).isSameAs(pair.server);
            assertThat(accepted.take(pair.client.getLocalAddress())).isNull();
            assertThat(accepted.total()).isEqualTo(1);
        }
    }

    @Test
    void whatHelidonHasClosedIsForgotten() throws Exception {
        try (Pair pair = Pair.open()) {
            accepted.configureSocket(pair.server);
            pair.server.close();
            accepted.sweep(100);
            assertThat(accepted.waiting()).isZero();
        }
    }

    @Test
    void whatIsNotHandedOverInTimeIsClosed() throws Exception {
        try (Pair early = Pair.open();
                Pair late = Pair.open()) {
            accepted.configureSocket(early.server);
            now += 60;
            accepted.configureSocket(late.server);
            now += 40;
            accepted.sweep(100);
            assertThat(early.server.isOpen()).isFalse();
            assertThat(late.server.isOpen()).isTrue();
            assertThat(accepted.waiting()).isEqualTo(1);
        }
    }
}
