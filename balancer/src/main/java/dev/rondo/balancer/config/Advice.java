package dev.rondo.balancer.config;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What works, but hardly as it was meant. */
final class Advice {
    private final Value.Fields root;
    private final Findings findings;

    Advice(Value.Fields root, Findings findings) {
        this.root = root;
        this.findings = findings;
    }

    void give(Configuration configuration) {
        Set<String> reached =
                configuration.routes().stream().map(RouteConfig::pool).collect(Collectors.toSet());
        if (root.has("backends")) pool(root, Binding.DEFAULT_POOL, reached);
        if (root.find("pools") instanceof Value.Fields pools)
            pools.members().forEach((name, pool) -> pool((Value.Fields) pool, name, reached));
    }

    private void pool(Value.Fields pool, String name, Set<String> reached) {
        List<Value.Fields> backends = pool.items("backends").sections();
        for (Value.Fields backend : backends) {
            int weight = backend.integer("weight");
            Value at = backend.at("weight");
            if (weight > 1)
                findings.warn(at.origin(), at.path(), weight + " counts as 1: round-robin only tells 0 from the rest");
        }
        Value list = pool.items("backends");
        if (backends.stream().allMatch(backend -> backend.integer("weight") == 0))
            findings.warn(
                    list.origin(),
                    list.path(),
                    "every weight is 0: each request to " + name + " will be answered with 503");
        if (!reached.contains(name))
            findings.warn(
                    list.origin(),
                    pool.path().key().isEmpty() ? list.path() : pool.path(),
                    "no route leads to pool " + Text.quoted(name));
    }
}
