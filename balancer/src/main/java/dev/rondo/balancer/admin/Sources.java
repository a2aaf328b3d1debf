package dev.rondo.balancer.admin;

import dev.rondo.balancer.telemetry.Ledger;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the API tells of and what it may change; asked at each request, on its virtual thread.
 *
 * @param pools every pool, in the order of the configuration
 * @param explain where a request would go; moves nothing. A pool that is asked for by name is one of {@code pools}
 * @param ledger the last exchanges
 * @param operations asked only where the API may be written to
 */
public record Sources(
        Supplier<List<PoolView>> pools,
        Function<Explanation.Question, Explanation> explain,
        Ledger ledger,
        Operations operations) {}
