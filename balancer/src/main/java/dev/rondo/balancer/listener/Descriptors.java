package dev.rondo.balancer.listener;

import java.io.IOException;
import java.lang.management.ManagementFactory;

/**
 * How many connections the process's file descriptors allow. A listener whose accept fails for want of one is gone for good,
 * so there must always be one left.
 */
final class Descriptors {
    /** Libraries, logs, selectors, the admin listener and its connections. */
    private static final int RESERVED = 64;

    private Descriptors() {}

    /**
     * The number of client connections to take.
     *
     * @param wanted by the configuration; 0 is as many as there can be
     * @throws IOException where more are wanted than there can be
     */
    static int maxConnections(int wanted) throws IOException {
        return maxConnections(wanted, limit());
    }

    static int maxConnections(int wanted, long descriptors) throws IOException {
        // a connection in use has one to its backend as well
        int possible = Math.clamp((descriptors - RESERVED) / 2, 8, 1_000_000);
        if (wanted > possible) {
            throw new IOException("server.max-tcp-connections: " + wanted + " connections need "
                    + (2L * wanted + RESERVED) + " file descriptors and the process may open " + descriptors
                    + "; raise the limit (ulimit -n) or set at most " + possible);
        }
        return wanted > 0 ? wanted : possible;
    }

    private static long limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : 4096;
    }
}
