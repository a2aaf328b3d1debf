package dev.rondo.backend;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks a backend on this machine whether it is ready. Over a bare socket, since a health check starts a JVM for this alone. */
final class HealthProbe {
    private static final int TIMEOUT_MILLIS = 2_000;

    private HealthProbe() {}

    /** The status of {@code /health/ready} at {@code address}. */
    static int ready(InetSocketAddress address) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(address, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream()
                    .write("GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String line = reader.readLine();
            if (line == null || !line.matches("HTTP/1\\.1 [0-9]{3}( .*)?")) {
                throw new IOException(line == null ? "it closed without an answer" : "it does not speak HTTP/1.1");
            }
            return Integer.parseInt(line.substring(9, 12));
        }
    }
}
