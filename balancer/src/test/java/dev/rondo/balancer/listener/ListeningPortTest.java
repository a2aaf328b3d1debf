package dev.rondo.balancer.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListeningPortTest {
    private static final String LOOPBACK = "127.0.0.1";

    private static ListeningPort port(String host, int number) {
        return new ListeningPort("server", host, number);
    }

    private static WebServer unwanted() {
        throw new AssertionError("asked for a server on a port that cannot be had");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0"})
    void oneThatSomebodyListensOnIsAnError(String host) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ListeningPort wanted = port(host, taken.getLocalPort());
            assertThatThrownBy(() -> wanted.open(ListeningPortTest::unwanted))
                    .isInstanceOf(IOException.class)
                    .hasMessage("server: cannot listen on " + host + ":" + taken.getLocalPort()
                            + " (Address already in use); set server.port or server.host to one that is free");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "[::zz]"})
    void oneOfAnotherHostIsAnError(String host) {
        assertThatThrownBy(() -> port(host, 0).open(ListeningPortTest::unwanted))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("server: cannot listen on " + host + ":0 (")
                .hasMessageEndingWith("); set server.port or server.host to one that is free");
    }

    @Test
    void whoeverConnectsWhileItIsTriedIsRefused() throws IOException {
        try (Socket trial = port(LOOPBACK, 0).bind();
                Socket client = new Socket()) {
            assertThatThrownBy(() -> client.connect(trial.getLocalSocketAddress()))
                    .isInstanceOf(ConnectException.class);
        }
    }

    /** The side that ends a connection first keeps its port in TIME_WAIT. */
    @Test
    void theRemainsOfConnectionsAreNoHindrance() throws IOException {
        int number;
        try (ServerSocket before = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(InetAddress.getLoopbackAddress(), before.getLocalPort())) {
            number = before.getLocalPort();
            before.accept().close();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        WebServer server = port(LOOPBACK, number).open(() -> WebServer.builder()
                .host(LOOPBACK)
                .port(number)
                .shutdownHook(false)
                .build());
        try {
            assertThat(server.port()).isEqualTo(number);
        } finally {
            server.stop();
        }
    }
}
