package dev.rondo.balancer.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SynFilterTest {
    /** Long enough for loopback, short enough to wait for what never comes. */
    private static final int SHORT_MILLIS = 300;

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0"})
    void nobodyConnectsAnyMoreButTheMarkerAndThoseConnectedGoOn(String host) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName(host));
                Marker marker = new Marker(InetAddress.getLoopbackAddress());
                Socket before = connect(server.getLocalPort())) {
            boolean attached = SynFilter.attach(InetAddress.getByName(host), server.getLocalPort(), marker.localPort());

            assertThat(attached).isTrue();
            assertThatThrownBy(() -> connect(server.getLocalPort())).isInstanceOf(SocketTimeoutException.class);
            marker.connect(server.getLocalPort(), false, Duration.ofSeconds(10));
            try (Socket first = server.accept();
                    Socket second = server.accept()) {
                before.getOutputStream().write('x');
                assertThat(first.getInputStream().read()).isEqualTo('x');
                assertThat(marker.is(second.getRemoteSocketAddress())).isTrue();
            }
        }
    }

    @Test
    void anotherAddressIsLeftAlone() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            InetAddress other = InetAddress.getByAddress(new byte[] {127, 0, 0, 2});

            assertThat(SynFilter.attach(other, server.getLocalPort(), 1)).isFalse();
            connect(server.getLocalPort()).close();
        }
    }

    @Test
    void nothingIsFilteredWhereNobodyListens() throws Exception {
        try (Socket bound = new Socket()) {
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

            assertThat(SynFilter.attach(InetAddress.getLoopbackAddress(), bound.getLocalPort(), 1))
                    .isFalse();
        }
    }

    @Test
    void handshakesAreThoseOfThePortInTheStateOfASynReceived(@TempDir Path directory) throws IOException {
        Path table = Files.writeString(directory.resolve("tcp"), """
                  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
                   1: 0100007F:1F90 0100007F:D431 03 00000000:00000000 01:00000064 00000000     0        0 0 1
                   2: 0100007F:1F91 0100007F:D431 03 00000000:00000000 01:00000064 00000000     0        0 0 1
                   3: 0100007F:1F90 0100007F:D432 01 00000000:00000000 00:00000000 00000000     0        0 9 1
                """);

        assertThat(SynFilter.handshakes(table, 8080)).isEqualTo(1);
        assertThat(SynFilter.handshakes(directory.resolve("none"), 8080)).isZero();
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), SHORT_MILLIS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
