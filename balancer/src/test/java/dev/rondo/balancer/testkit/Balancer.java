package dev.rondo.balancer.testkit;

import dev.rondo.balancer.app.Rondo;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.EngineKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

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

    /** Begins to stop as at SIGINT; gives what opens when all has ended. */
    public CountDownLatch drain() {
        CountDownLatch ended = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            rondo.drain(false);
            ended.countDown();
        });
        return ended;
    }

    /** The sum of all samples of {@code metric} whose labels contain {@code label}, as {@code /metrics} says now. */
    public double metric(String metric, String label) throws IOException {
        String all = metrics();
        if (!all.contains("# TYPE " + metric + " ")) throw new AssertionError("no metric " + metric + " in:\n" + all);
        return sum(all, metric, label);
    }

    /** As {@link #metric}, for one of which there may be no sample yet: 0 then. */
    public double sample(String metric, String label) throws IOException {
        return sum(metrics(), metric, label);
    }

    private static double sum(String all, String metric, String label) {
        double sum = 0;
        for (String line : all.split("\n", -1)) {
            int space = line.lastIndexOf(' ');
            boolean counts = line.startsWith(metric + "{") || line.startsWith(metric + " ");
            if (counts && line.contains(label)) sum += Double.parseDouble(line.substring(space + 1));
        }
        return sum;
    }

    /** Waits until {@link #metric} is {@code value}. */
    public void awaitMetric(String metric, String label, double value) throws IOException {
        long begun = System.nanoTime();
        while (metric(metric, label) != value) {
            if (System.nanoTime() - begun < Source.DEADLINE.toNanos()) continue;
            throw new AssertionError(metric + " " + label + " does not become " + value + ":\n" + metrics());
        }
    }

    /** Waits until there is a sample of {@code metric} above zero whose labels contain {@code label}. */
    public void awaitSample(String metric, String label) throws IOException {
        awaitSample(metric, label, Double.MIN_VALUE);
    }

    /** Waits until {@link #sample} is {@code least} or more. */
    public void awaitSample(String metric, String label, double least) throws IOException {
        long begun = System.nanoTime();
        while (sample(metric, label) < least) {
            if (System.nanoTime() - begun < Source.DEADLINE.toNanos()) continue;
            throw new AssertionError(metric + " " + label + " does not become " + least + ":\n" + metrics());
        }
    }

    /** Waits until no request is under way and neither a client's nor a busy backend's connection is left. */
    public void awaitNothingLeft() throws IOException {
        awaitMetric("rondo_requests_in_flight", "", 0);
        awaitMetric("rondo_client_connections", "", 0);
        awaitMetric("rondo_upstream_connections", "state=\"active\"", 0);
    }

    /**
     * One that nobody asks anything, whose {@link #awaitKeepAlive} lets {@code time} pass: not that of the balancer under test,
     * whose clients would then have to be as quick.
     */
    public static Balancer clock(Duration time) throws Exception {
        return Configurations.on(EngineKind.EVENT_LOOPS)
                .loops(1)
                .backends(1)
                .clientKeepAlive(time)
                .start();
    }

    /** Waits as long as {@code timeouts.keep-alive} says: until a connection on which nothing is sent has been closed. */
    public void awaitKeepAlive() throws IOException {
        try (RawClient silent = RawClient.connect(port())) {
            silent.end();
        }
    }

    private String metrics() throws IOException {
        return RawClient.ask(adminPort(), "/metrics").body();
    }

    /** Ends every connection and thread of it. */
    @Override
    public void close() {
        rondo.close();
    }
}
