package dev.rondo.balancer.listener;

import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.function.Supplier;

/**
 * A port that Helidon is to listen on.
 *
 * @param section of the configuration, for the remedy in an error
 * @param host name or address as configured
 * @param number 0 takes one that is free
 */
public record ListeningPort(String section, String host, int number) {
    /**
     * Starts the server that {@code build} makes for this port. Helidon tells of a port that it cannot have by a stack trace in
     * the log and nothing else, so it is tried before.
     *
     * @throws IOException where the port cannot be had, with the key and the remedy
     */
    public WebServer open(Supplier<WebServer> build) throws IOException {
        WebServer server;
        try {
            bind().close();
            server = build.get().start();
        } catch (IOException | IllegalArgumentException | UncheckedIOException e) { // of a host that has no address
            throw new IOException(cannotListen(String.valueOf(e.getMessage())), e);
        }
        if (!server.isRunning()) { // Helidon logs why and returns as if it had started
            throw new IOException(cannotListen("it was free a moment ago"));
        }
        return server;
    }

    /**
     * Binds the address as a listener does, among the remains of connections that were, and does not listen: whoever connects
     * in that moment is refused, and not taken in and reset.
     */
    Socket bind() throws IOException {
        Socket socket = new Socket();
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, number));
            return socket;
        } catch (IOException | IllegalArgumentException e) {
            socket.close();
            throw e;
        }
    }

    /** Where a process that listens on {@code host} reaches itself. */
    public static InetAddress reachable(String host) throws UnknownHostException {
        InetAddress address = InetAddress.getByName(host);
        return address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
    }

    private String cannotListen(String why) {
        return section + ": cannot listen on " + host + ":" + number + " (" + why + "); set " + section + ".port or "
                + section + ".host to one that is free";
    }
}
