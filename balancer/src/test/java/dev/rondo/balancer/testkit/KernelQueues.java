package dev.rondo.balancer.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux holds for TCP sockets of this machine. */
public final class KernelQueues {
    private static final Path TABLE = Path.of("/proc/net/tcp");
    private static final Path TABLE6 = Path.of("/proc/net/tcp6");

    private KernelQueues() {}

    /** Whether this system tells. */
    public static boolean known() {
        return Files.isReadable(TABLE);
    }

    /** Bytes that wait to be sent or read on all sockets with {@code port} at one of their ends. */
    public static long bytes(int port) throws IOException {
        Waiting waiting = waiting(port);
        return waiting.unsent + waiting.unread;
    }

    private record Waiting(long unsent, long unread) {}

    private static Waiting waiting(int port) throws IOException {
        long unsent = 0;
        long unread = 0;
        for (Path table : new Path[] {TABLE, TABLE6}) {
            if (!Files.isReadable(table)) continue;
            for (String line : Files.readAllLines(table)) {
                String[] columns = line.strip().split("\\s+", -1);
                if (columns.length < 5 || columns[0].equals("sl")) continue;
                boolean listening = columns[3].equals("0A"); // there the queues count connections, not bytes
                if (listening || (port(columns[1]) != port && port(columns[2]) != port)) continue;
                String[] queues = columns[4].split(":", -1);
                unsent += Long.parseLong(queues[0], 16);
                unread += Long.parseLong(queues[1], 16);
            }
        }
        return new Waiting(unsent, unread);
    }

    /** Waits until {@code count} bytes have arrived on the connections of {@code port} that nobody has read. */
    public static void awaitUnread(int port, long count) throws IOException {
        long begun = System.nanoTime();
        while (waiting(port).unread != count) {
            if (System.nanoTime() - begun < Source.DEADLINE.toNanos()) continue;
            throw new AssertionError(waiting(port) + " on the connections of port " + port + ", not " + count);
        }
    }

    /** Waits until whoever is at the other end of {@code port} has read everything that was sent to it. */
    public static void awaitTaken(int port) throws IOException {
        long begun = System.nanoTime();
        while (bytes(port) > 0) {
            if (System.nanoTime() - begun < Source.DEADLINE.toNanos()) continue;
            throw new AssertionError(bytes(port) + " bytes on the connections of port " + port + " are read by nobody");
        }
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1), 16);
    }
}
