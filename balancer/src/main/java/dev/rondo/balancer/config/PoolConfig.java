package dev.rondo.balancer.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pool of backends that can answer the same requests.
 *
 * @param name unique; {@code default} for the keys at the top of the file
 * @param strategy how a backend is picked
 * @param backends never empty; ids are unique in the pool
 * @param timeouts how long its backends are waited for
 * @param headers what is changed on the way
 * @param balancing how requests are spread, beside the strategy
 * @param healthCheck how backends are asked whether they are well; null is not at all
 * @param outlierDetection when a backend is benched because of how it answers
 * @param retry what is done about a request that a backend failed
 * @param hedge a second attempt for what is slow; null is none
 */
public record PoolConfig(
        String name,
        Strategy strategy,
        List<BackendConfig> backends,
        PoolTimeouts timeouts,
        HeadersConfig headers,
        Balancing balancing,
        @Nullable HealthCheckConfig healthCheck,
        OutlierConfig outlierDetection,
        RetryConfig retry,
        @Nullable HedgeConfig hedge) {
    /** Everything else as it is where the file says nothing. */
    public PoolConfig(
            String name,
            Strategy strategy,
            List<BackendConfig> backends,
            PoolTimeouts timeouts,
            HeadersConfig headers) {
        this(
                name,
                strategy,
                backends,
                timeouts,
                headers,
                Balancing.DEFAULT,
                null,
                OutlierConfig.DEFAULT,
                RetryConfig.DEFAULT,
                null);
    }

    public PoolConfig {
        backends = List.copyOf(backends);
        var check = new Rejected.Check();
        check.that(!backends.isEmpty(), "backends", "is empty; name at least one");
        check.that(
                backends.isEmpty() || !backends.stream().allMatch(BackendConfig::backup),
                "backends",
                "are backups only; leave backup out of at least one");
        checkIds(check, backends);
        checkHashing(check, strategy, balancing);
        check.done();
    }

    private static void checkHashing(Rejected.Check check, Strategy strategy, Balancing balancing) {
        if (strategy.hashes()) return;
        String useless = "says nothing to strategy " + Scalars.word(strategy) + "; use consistent-hash or rendezvous";
        if (!(balancing.hashOn() instanceof HashOn.ClientIp)) check.fail(List.of("hash-on", "strategy"), useless);
        if (balancing.boundedLoad() != 0) check.fail(List.of("bounded-load", "strategy"), useless);
    }

    private static void checkIds(Rejected.Check check, List<BackendConfig> backends) {
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
    }
}
