package dev.rondo.balancer.cluster;

import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.connect.Upstream;
import dev.rondo.balancer.telemetry.BackendLabels;
import java.nio.charset.StandardCharsets;

/** One backend, the same object as long as it is configured. */
public final class Backend {
    private final BackendConfig config;
    private final BackendLabels labels;
    private final Upstream upstream;
    private final byte[] authority;

    Backend(BackendConfig config, BackendLabels labels, Upstream upstream) {
        this.config = config;
        this.labels = labels;
        this.upstream = upstream;
        this.authority = upstream.authority().getBytes(StandardCharsets.ISO_8859_1);
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
}
