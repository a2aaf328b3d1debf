package dev.rondo.balancer.listener;

import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.ServerConfig;
import dev.rondo.balancer.proxy.Proxy;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;

/** The listener for traffic: Helidon accepts, the relay serves. */
public final class DataListener {
    private final WebServer server;

    private DataListener(WebServer server) {
        this.server = server;
    }

    /**
     * Opens the port.
     *
     * @throws IOException where it cannot be had, or more connections are wanted than there are descriptors; with the key and
     *     the remedy
     */
    public static DataListener start(Configuration configuration, Proxy proxy) throws IOException {
        ServerConfig config = configuration.server();
        AcceptedChannels accepted = new AcceptedChannels();
        ClientCounts counts = new ClientCounts(configuration.limits().maxConnectionsPerClient());
        WebServer server = WebServer.builder()
                .host(config.host())
                .port(config.port())
                .backlog(config.backlog())
                .maxTcpConnections(Descriptors.maxConnections(config.maxTcpConnections()))
                .enableProxyProtocol(config.enableProxyProtocol())
                .connectionOptions(accepted)
                .addConnectionSelector(new RelaySelector(proxy, accepted, counts))
                .protocolsDiscoverServices(false)
                .featuresDiscoverServices(false)
                .useNio(false) // half the memory for a connection: 8 KiB, of which nothing is used
                .idleConnectionTimeout(Duration.ofDays(1)) // the relay has times of its own
                .idleConnectionPeriod(Duration.ofDays(1))
                .shutdownGracePeriod(configuration.drain().timeout())
                .shutdownHook(false) // the order in which things end is the application's
                .build()
                .start();
        if (!server.isRunning()) { // Helidon logs why and returns as if it had started
            throw new IOException("server: cannot listen on " + config.host() + ":" + config.port() + " ("
                    + bindFailure(config) + "); set server.port or server.host to one that is free");
        }
        return new DataListener(server);
    }

    /** Tried once more to learn why, because the exception stays within Helidon. */
    private static String bindFailure(ServerConfig config) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(config.host(), config.port()));
            return "it was in use a moment ago";
        } catch (IOException | IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** The port that is bound. */
    public int port() {
        return server.port();
    }

    /** Closes the port, waits for its connections as long as {@code drain.timeout} says, and cuts what is left then. */
    public void stop() {
        server.stop();
    }
}
