package dev.rondo.balancer.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
        String name, Strategy strategy, List<BackendConfig> backends, PoolTimeouts timeouts, HeadersConfig headers) {
    public PoolConfig {
        backends = List.copyOf(backends);
        var check = new Rejected.Check();
        check.that(!backends.isEmpty(), "backends", "is empty; name at least one");
        Map<String, Integer> ids = new HashMap<>();
        for (int i = 0; i < backends.size(); i++) {
            BackendConfig backend = backends.get(i);
            Integer first = ids.putIfAbsent(backend.id(), i);
            if (first != null)
                check.fail(
                        List.of("backends[" + i + "].id", "backends[" + i + "].url"),
                        Text.quoted(backend.id()) + " is the id of backends[" + first
                                + "] as well; ids are unique in a pool");
        }
        check.done();
    }
}
