package dev.rondo.balancer.cluster;

import dev.rondo.balancer.config.BackendConfig;
import org.jspecify.annotations.Nullable;

/**
 * A backend as its pool's source tells of it.
 *
 * @param config what a configuration would say of it
 * @param near whether it comes before those that are not
 * @param withheld why it gets no new requests; null where nothing is against it
 */
public record Found(
        BackendConfig config, boolean near, @Nullable Withheld withheld) {
    /** Nothing is against it, and none comes before it. */
    public Found(BackendConfig config) {
        this(config, true, null);
    }
}
