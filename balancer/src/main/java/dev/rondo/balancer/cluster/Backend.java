package dev.rondo.balancer.cluster;

import dev.rondo.balancer.balance.Candidate;
import dev.rondo.balancer.balance.Ewma;
import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.connect.Upstream;
import dev.rondo.balancer.telemetry.BackendLabels;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One backend, the same object as long as its id and its address are configured: reloads change what is said of it, never what
 * it has come to. Thread-safe. Whether it may be picked is not known here but in the pool's snapshot.
 */
public final class Backend implements Candidate {
    /** Effective weights are counted in hundredths, so that a weight of 1 can start slowly. */
    static final int WEIGHT_UNIT = 100;

    private static final long LATENCY_DECAY = TimeUnit.SECONDS.toNanos(10);

    private final BackendLabels labels;
    private final Upstream upstream;
    private final byte[] authority;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Ewma latency = new Ewma(LATENCY_DECAY);
    private final Passive passive;
    private final Lease plain = new Lease(this, Ticket.PLAIN);
    private volatile BackendConfig config;
    private volatile int weight;
    private volatile int limit;
    private volatile boolean serving = true;
    private volatile Said said;

    /** @param said when it was there before */
    Backend(BackendConfig config, BackendLabels labels, Upstream upstream, Said said) {
        this.config = config;
        this.said = said;
        this.labels = labels;
        this.upstream = upstream;
        this.authority = upstream.authority().getBytes(StandardCharsets.ISO_8859_1);
        this.weight = config.weight() * WEIGHT_UNIT;
        this.limit = Integer.MAX_VALUE;
        this.passive = new Passive(labels.backend(), () -> serving);
    }

    @Override
    public String id() {
        return labels.backend();
    }

    /** In hundredths, reduced while it starts slowly. */
    @Override
    public int weight() {
        return weight;
    }

    /** Requests there now. */
    @Override
    public int inFlight() {
        return inFlight.get();
    }

    @Override
    public long latencyNanos(long nowNanos) {
        return latency.nanos(nowNanos);
    }

    /** What the configuration says of it. */
    public BackendConfig config() {
        return config;
    }

    /** Its name in all that is counted. */
    public BackendLabels labels() {
        return labels;
    }

    /** Where its connections come from. */
    public Upstream upstream() {
        return upstream;
    }

    /** What {@code Host} says to it where a client says nothing. */
    @SuppressWarnings("MutableArrayReturn") // read by the head writer for every such request
    public byte[] authority() {
        return authority;
    }

    void configure(BackendConfig next) {
        config = next;
    }

    /**
     * What its pool's snapshot says of it.
     *
     * @param hundredths its weight
     * @param requests at a time
     * @param isServing whether nothing but its own answers keeps it out of service
     */
    void settle(int hundredths, int requests, boolean isServing) {
        weight = hundredths;
        limit = requests;
        serving = isServing;
    }

    /** What people said of it before it came, and once it has left, until then. */
    Said said() {
        return said;
    }

    /** It is in no pool any more. */
    void leave(Said last) {
        said = last;
    }

    boolean hasRoom() {
        return inFlight.get() < limit;
    }

    /** Counts one request more; false where it has as many as it may have. */
    boolean begin() {
        int most = limit;
        if (most == Integer.MAX_VALUE) {
            inFlight.incrementAndGet();
            return true;
        }
        int now;
        do {
            now = inFlight.get();
            if (now >= most) return false;
        } while (!inFlight.compareAndSet(now, now + 1));
        return true;
    }

    void end() {
        inFlight.decrementAndGet();
    }

    Lease plainLease() {
        return plain;
    }

    Ewma latency() {
        return latency;
    }

    Passive passive() {
        return passive;
    }
}
