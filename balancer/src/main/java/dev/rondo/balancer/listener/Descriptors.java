package dev.rondo.balancer.listener;

import java.io.IOException;
import java.lang.management.ManagementFactory;

/**
 * How the process's file descriptors are shared out, so that they never run out: a listener whose accept fails for want of one
 * is gone. Every client connection may need a second one to its backend; what is idle comes on top.
 *
 * @param connections of clients, open at the same time
 * @param idleUpstream connections that each loop keeps to one backend at most
 */
public record Descriptors(int connections, int idleUpstream) {
    /** Libraries, of which each file takes one for good, logs and selectors; and the admin listener with its connections. */
    private static final int RESERVED = 128 + 64;

    /**
     * Shares out what this process may open.
     *
     * @param wanted client connections as configured; 0 is as many as there can be
     * @param maxIdle idle connections of a loop to a backend as configured
     * @param keepers loops times backends
     * @throws IOException where more connections are wanted than there can be, with the key and the remedy
     */
    public static Descriptors share(int wanted, int maxIdle, int keepers) throws IOException {
        return share(wanted, maxIdle, keepers, limit());
    }

    static Descriptors share(int wanted, int maxIdle, int keepers, long limit) throws IOException {
        long free = limit - RESERVED;
        long possible = Math.clamp(free / 2, 8, 1_000_000);
        if (wanted > possible) {
            throw new IOException("server.max-tcp-connections: " + wanted + " connections need "
                    + (2L * wanted + RESERVED) + " file descriptors and the process may open " + limit
                    + "; raise the limit (ulimit -n) or set at most " + possible);
        }
        long allIdle = (long) maxIdle * keepers;
        long idle = wanted > 0 ? free - 2L * wanted : Math.min(allIdle, free / 4);
        long connections = wanted > 0 ? wanted : Math.clamp((free - idle) / 2, 8, 1_000_000);
        return new Descriptors((int) connections, Math.clamp(idle / Math.max(1, keepers), 0, maxIdle));
    }

    private static long limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : 4096;
    }
}
