package dev.rondo.balancer.health;

import io.helidon.common.parameters.Parameters;
import io.helidon.common.uri.UriPath;

/** A request target, sent as configured: Helidon's own paths fold {@code //} and {@code ..} and encode what is encoded. */
record ExactTarget(String target) implements UriPath {
    @Override
    public String rawPath() {
        return target;
    }

    @Override
    public String rawPathNoParams() {
        return target;
    }

    @Override
    public String path() {
        return target;
    }

    @Override
    public Parameters matrixParameters() {
        return Parameters.empty("check");
    }

    @Override
    public UriPath absolute() {
        return this;
    }

    @Override
    public void validate() {
        // the configuration has done so
    }
}
