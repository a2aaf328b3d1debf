package dev.rondo.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A proxy that can be measured. */
sealed interface Peer permits Nginx, Haproxy, Rondo {
    /** As in the tables. */
    String name();

    /** What says which build it is. */
    String version() throws IOException;

    /**
     * Writes its configuration into {@code directory}.
     *
     * @param port of the loopback address that it is to listen on
     * @return the command that runs it in the foreground
     */
    List<String> command(Setup setup, int port, Path directory) throws IOException, BenchException;
}
