package dev.rondo.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Asks a server that has just been started until it answers. */
final class Probe {
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);
    private static final long PAUSE = TimeUnit.MICROSECONDS.toNanos(500);

    private Probe() {}

    /**
     * Waits until an answer begins with {@code expected}.
     *
     * @throws BenchException where the process ends, or after 30 s
     */
    static void await(Process server, int port, String expected) throws BenchException {
        long deadline = System.nanoTime() + PATIENCE;
        while (!answers(port, expected)) {
            if (!server.isAlive()) throw new BenchException("it ended with status " + server.exitValue());
            if (System.nanoTime() > deadline) throw new BenchException("it does not answer with " + expected);
            LockSupport.parkNanos(PAUSE);
        }
    }

    private static boolean answers(int port, String expected) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(REQUEST);
            byte[] start = socket.getInputStream().readNBytes(expected.length());
            return new String(start, StandardCharsets.US_ASCII).equals(expected);
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return false; // not listening yet
        }
    }
}
