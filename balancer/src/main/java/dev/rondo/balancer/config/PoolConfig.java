package dev.rondo.balancer.config;

import java.util.List;

/**
 * A pool of backends that can answer the same requests.
 *
 * @param name unique; {@code default} for the keys at the top of the file
 * @param strategy how a backend is picked
 * @param backends never empty; ids are unique in the pool
 * @param timeouts how long its backends are waited for
 * @param headers what is changed on the way
 */
public record PoolConfig(
        String name, Strategy strategy, List<BackendConfig> backends, PoolTimeouts timeouts, HeadersConfig headers) {}
