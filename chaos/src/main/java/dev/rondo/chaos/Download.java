package dev.rondo.chaos;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A long answer that is read slowly, each byte of which is known by its place. */
final class Download {
    private static final int BLOCK = 64 << 10;

    private Download() {}

    /** Begins it; gives null when all of it has come, or what was wrong. */
    static CompletableFuture<String> start(int port, long bytes, Duration time) {
        CompletableFuture<String> end = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                String request = "GET /big/" + bytes + " HTTP/1.1\r\nHost: chaos\r\n\r\n";
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                end.complete(read(new BufferedInputStream(socket.getInputStream()), bytes, time.toNanos()));
            } catch (IOException | InterruptedException e) {
                end.complete(e.toString());
            }
        });
        return end;
    }

    private static String read(InputStream in, long bytes, long nanos) throws IOException, InterruptedException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) throw new EOFException("in the head");
            head.append((char) c);
        }
        if (!head.toString().startsWith("HTTP/1.1 200 ")) return head.toString();
        long begin = System.nanoTime();
        byte[] block = new byte[LedgerConnection.PERIOD * (BLOCK / LedgerConnection.PERIOD)];
        for (long at = 0; at < bytes; ) {
            int count = in.readNBytes(block, 0, (int) Math.min(block.length, bytes - at));
            if (count == 0) return "ended after " + at + " bytes";
            for (int i = 0; i < count; i++) {
                if ((block[i] & 0xff) != i % LedgerConnection.PERIOD) return "another byte at " + (at + i);
            }
            at += count;
            double due = (double) at / bytes * nanos - (System.nanoTime() - begin);
            if (due > 0) Clock.pass(Duration.ofNanos((long) due));
        }
        return "";
    }
}
