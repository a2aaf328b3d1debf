package dev.rondo.balancer.listener;

import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.ServerConfig;
import dev.rondo.balancer.proxy.Proxy;
import dev.rondo.balancer.wire.Ticker;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The listener for traffic: Helidon accepts, the relay serves. Thread-safe. */
public final class DataListener {
    private static final System.Logger LOG = System.getLogger(DataListener.class.getName());

    /** The level of a logger that nobody holds is lost; so is its filter. */
    private static final Logger HELIDON = Logger.getLogger("io.helidon.webserver.ServerListener");

    static { // a port that is closed while it accepts is what we want, and no error with a stack trace
        HELIDON.setFilter(line -> !(line.getThrown() instanceof ClosedChannelException
                || line.getThrown() instanceof InterruptedException
                || line.getThrown() instanceof RejectedExecutionException));
    }

    /** What a connection without a request still has when draining begins, here as in the relay. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final Supplier<Configuration> inUse;
    private final ServerConfig config;
    private final int maxConnections;
    private final Proxy proxy;
    private final Ticker ticker;
    private final AcceptedChannels accepted;
    private final ClientCounts counts;
    private final CountDownLatch hurry = new CountDownLatch(1);
    private final int port;
    private WebServer server; // guarded by this
    private boolean drained; // guarded by this
    private int acceptedBefore; // of the thread that calls lookAfter

    private DataListener(Supplier<Configuration> inUse, int maxConnections, Proxy proxy, Ticker ticker)
            throws IOException {
        Configuration configuration = inUse.get();
        this.inUse = inUse;
        this.config = configuration.server();
        this.maxConnections = maxConnections;
        this.proxy = proxy;
        this.ticker = ticker;
        this.accepted = new AcceptedChannels(ticker);
        this.counts = new ClientCounts(configuration.limits().maxConnectionsPerClient());
        this.server = open(config.port());
        this.port = server.port();
    }

    /** From now on a client address may have so many connections; 0 is no limit. */
    public void maxConnectionsPerClient(int most) {
        counts.limit(most);
    }

    /**
     * Opens the port.
     *
     * @param inUse the configuration in use: what it says of the listener itself counts now, timeouts whenever they are needed
     * @param maxConnections open at the same time; more wait in the kernel's queue
     * @throws IOException where the port cannot be had, with the key and the remedy
     */
    public static DataListener start(Supplier<Configuration> inUse, int maxConnections, Proxy proxy, Ticker ticker)
            throws IOException {
        return new DataListener(inUse, maxConnections, proxy, ticker);
    }

    private WebServer open(int wanted) throws IOException {
        return new ListeningPort("server", config.host(), wanted).open(() -> build(wanted));
    }

    private WebServer build(int wanted) {
        return WebServer.builder()
                .host(config.host())
                .port(wanted)
                .backlog(config.backlog())
                .maxTcpConnections(maxConnections)
                .enableProxyProtocol(config.enableProxyProtocol())
                .connectionOptions(accepted)
                .addConnectionSelector(new RelaySelector(proxy, accepted, counts))
                .protocolsDiscoverServices(false)
                .featuresDiscoverServices(false)
                .useNio(false) // the kind of socket whose only buffer UnusedBuffer lets go
                .idleConnectionTimeout(Duration.ofDays(1)) // the relay has times of its own
                .idleConnectionPeriod(Duration.ofDays(1))
                .shutdownGracePeriod(Duration.ofDays(1)) // drain() decides when it is over
                .shutdownHook(false) // the order in which things end is the application's
                .build();
    }

    /** The port that is bound. */
    public int port() {
        return port;
    }

    // ---- while it is open
    // --------------------------------------------------------------------------------------------

    /**
     * To be called every second or so: ends waits for a PROXY header that are longer than {@code timeouts.request-head}, and
     * opens the port again where a failed accept has closed it.
     */
    public void lookAfter() {
        try {
            accepted.sweep(inUse.get().timeouts().requestHead().toNanos());
            int now = accepted.total();
            boolean stirs = now != acceptedBefore;
            if (!stirs && isRefusing()) reopen();
            acceptedBefore = accepted.total();
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "server: cannot look after port " + port + ": " + e.getMessage());
        }
    }

    /** Helidon's listener is gone for good when one accept fails, for want of descriptors or memory; nothing tells. */
    private boolean isRefusing() throws IOException {
        try (Marker probe = new Marker(ListeningPort.reachable(config.host()))) {
            if (!expectUnlessDrained(probe)) return false;
            probe.connect(port, config.enableProxyProtocol(), GRACE);
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (SocketTimeoutException e) {
            return false; // a full queue
        } finally {
            expectUnlessDrained(null);
        }
    }

    private synchronized boolean expectUnlessDrained(@Nullable Marker probe) {
        if (!drained) accepted.expect(probe);
        return !drained;
    }

    private synchronized void reopen() throws IOException {
        if (drained) return;
        server = open(port);
        LOG.log(
                System.Logger.Level.WARNING,
                "server: port " + port + " was closed by a failed accept, and is open again");
    }

    // ---- its end
    // -----------------------------------------------------------------------------------------------------

    /**
     * Takes everything that has connected until now, closes the port, lets each connection have its last answer, and cuts what
     * is left after {@code drain.timeout}. Returns when all have ended.
     */
    public synchronized void drain() {
        if (drained) return;
        drained = true;
        long deadline = ticker.nanos() + inUse.get().drain().timeout().toNanos();
        try {
            Thread closing = Thread.ofPlatform().name("rondo-listener-stop").unstarted(server::stop);
            closePort(closing, deadline);
            awaitEnd(closing, deadline);
        } catch (InterruptedException e) {
            proxy.abort();
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Closing the port resets what the kernel has connected and nobody has accepted: so nobody connects any more, and then the
     * queue is emptied.
     */
    private void closePort(Thread closing, long deadline) throws InterruptedException {
        try (Marker marker = mark()) {
            if (marker != null && !marker.awaitAccepted(GRACE)) {
                proxy.drain(); // at the limit of connections, only the end of some makes room for those in the queue
                if (!marker.awaitAccepted(Duration.ofNanos(Math.max(0, deadline - ticker.nanos())))) {
                    LOG.log(System.Logger.Level.WARNING, "server: connections that waited for others to end are lost");
                }
            }
            closing.start();
            // after that, so that a client that is told to connect anew is refused, not connected and reset
            if (marker != null && !marker.awaitPortClosed(GRACE)) {
                LOG.log(System.Logger.Level.DEBUG, "server: the port takes long to close");
            }
            proxy.drain();
        } finally {
            accepted.expect(null);
        }
    }

    private @Nullable Marker mark() throws InterruptedException {
        if (hurry.getCount() == 0) return null;
        Marker marker = null;
        try {
            String host = config.host();
            marker = new Marker(ListeningPort.reachable(host));
            accepted.expect(marker);
            if (SynFilter.attach(InetAddress.getByName(host), port, marker.localPort())) awaitHandshakes();
            else LOG.log(System.Logger.Level.DEBUG, "server: who connects while the port closes is reset: no filter");
            marker.connect(port, config.enableProxyProtocol(), GRACE);
            return marker;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "server: no connection to port " + port + " of our own", e);
            if (marker != null) marker.close();
            return null;
        }
    }

    /** They take as long as the way to the client and back; not all end. */
    private void awaitHandshakes() throws InterruptedException {
        long until = ticker.nanos() + GRACE.toNanos();
        while (SynFilter.handshakes(port) > 0 && ticker.nanos() - until < 0) {
            if (hurry.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) return;
        }
    }

    private void awaitEnd(Thread closing, long deadline) throws InterruptedException {
        long headersUntil = ticker.nanos() + GRACE.toNanos();
        while (!isOver(closing)) {
            long now = ticker.nanos();
            if (now - headersUntil >= 0) accepted.sweep(0); // of those no PROXY header has come
            if (now - deadline >= 0 || hurry.getCount() == 0) proxy.abort();
        }
    }

    /** Waits a moment for Helidon to see its last connection end; a listener that was lost leaves some that it does not see. */
    private boolean isOver(Thread closing) throws InterruptedException {
        if (!closing.join(LOOK_EVERY)) return false;
        if (proxy.connections() == 0) return true;
        LockSupport.parkNanos(this, LOOK_EVERY.toNanos());
        return false;
    }

    /** Ends every connection at once, and {@link #drain} with them. */
    public void hurry() {
        hurry.countDown();
        Marker marker = accepted.marker();
        if (marker != null) marker.giveUp();
        proxy.abort();
    }
}
