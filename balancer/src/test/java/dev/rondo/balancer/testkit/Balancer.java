package dev.rondo.balancer.testkit;

import dev.rondo.balancer.config.Configuration;
import org.opentest4j.TestAbortedException;

/** The balancer under test: the one place that knows how it is started. */
public final class Balancer implements AutoCloseable {
    private Balancer() {}

    /** Starts a balancer in this process. */
    public static Balancer start(Configuration configuration) {
        throw new TestAbortedException("Rondo is not there yet; engine " + configuration.engine());
    }

    /** Where requests are accepted. */
    public int port() {
        return 0;
    }

    /** Where health and metrics are served. */
    public int adminPort() {
        return 0;
    }

    /** Ends every connection and thread of it. */
    @Override
    public void close() {}
}
