package dev.rondo.balancer.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pool of backends that can answer the same requests.
 *
 * @param name unique; {@code default} for the keys at the top of the file
 * @param strategy how a backend is picked
 * @param source where its backends come from
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
        BackendSource source,
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

    /** With backends that are listed. */
    public PoolConfig(
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
        this(
                name,
                strategy,
                new BackendSource.Listed(backends),
                timeouts,
                headers,
                balancing,
                healthCheck,
                outlierDetection,
                retry,
                hedge);
    }

    public PoolConfig {
        var check = new Rejected.Check();
        checkHashing(check, strategy, balancing);
        check.done();
    }

    private static void checkHashing(Rejected.Check check, Strategy strategy, Balancing balancing) {
        if (strategy.hashes()) return;
        String useless = "says nothing to strategy " + Scalars.word(strategy) + "; use consistent-hash or rendezvous";
        if (!(balancing.hashOn() instanceof HashOn.ClientIp)) check.fail(List.of("hash-on", "strategy"), useless);
        if (balancing.boundedLoad() != 0) check.fail(List.of("bounded-load", "strategy"), useless);
    }

    /** Those that the file lists; none where they are found elsewhere. */
    public List<BackendConfig> backends() {
        return source instanceof BackendSource.Listed listed ? listed.backends() : List.of();
    }
}
