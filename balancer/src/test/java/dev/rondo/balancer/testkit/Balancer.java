package dev.rondo.balancer.testkit;

import dev.rondo.balancer.app.Rondo;
import dev.rondo.balancer.config.Configuration;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The balancer under test: the one place that knows how it is started. */
public final class Balancer implements AutoCloseable {
    private final Rondo rondo;

    private Balancer(Rondo rondo) {
        this.rondo = rondo;
    }

    /** Starts a balancer in this process. */
    public static Balancer start(Configuration configuration) {
        try {
            return new Balancer(Rondo.start(configuration));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where requests are accepted. */
    public int port() {
        return rondo.port();
    }

    /** Where health and metrics are served. */
    public int adminPort() {
        return rondo.adminPort();
    }

    /** Ends every connection and thread of it. */
    @Override
    public void close() {
        rondo.close();
    }
}
