package dev.rondo.balancer.cluster;

import org.jspecify.annotations.Nullable;

/**
 * What people have said of a backend over the API: it holds for a while after the backend has gone.
 *
 * @param drained why it gets no new requests; null where nobody said so
 * @param weight in place of the configured one; null where nobody set one
 */
record Said(@Nullable String drained, Standing.@Nullable Weight weight) {
    static final Said NOTHING = new Said(null, null);
}
