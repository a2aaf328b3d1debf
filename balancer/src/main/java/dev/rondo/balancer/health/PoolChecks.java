package dev.rondo.balancer.health;

import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.HealthCheckConfig;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * What is checked in one pool.
 *
 * @param pool its name
 * @param places its backends, by id, in the order of the configuration
 */
public record PoolChecks(String pool, Check check, Rules rules, SequencedMap<String, Place> places) {
    public PoolChecks {
        places = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(places));
    }

    /**
     * As configured for a pool.
     *
     * @param backends all that are configured, those that drain or weigh nothing too
     * @param connector makes the connections of the checks
     */
    public static PoolChecks of(
            String pool, HealthCheckConfig config, Collection<BackendConfig> backends, Connector connector) {
        SequencedMap<String, Place> places = new LinkedHashMap<>();
        for (BackendConfig backend : backends) places.put(backend.id(), place(config, backend));
        Check check =
                switch (config.kind()) {
                    case TCP -> new TcpCheck(connector);
                    case HTTP ->
                        new HttpCheck(
                                connector,
                                new HttpCheck.Terms(
                                        config.method(),
                                        config.path(),
                                        config.host(),
                                        config.expect(),
                                        config.bodyContains()));
                };
        return new PoolChecks(pool, check, Rules.of(config), places);
    }

    /** Where {@code backend} is checked. */
    public static Place place(HealthCheckConfig config, BackendConfig backend) {
        int port = config.port() == 0 ? backend.port() : config.port();
        return new Place(backend.host(), port, backend.url().toString());
    }
}
