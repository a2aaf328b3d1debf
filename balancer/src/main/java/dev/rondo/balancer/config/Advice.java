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
        admin(configuration.admin());
        Set<String> reached =
                configuration.routes().stream().map(RouteConfig::pool).collect(Collectors.toSet());
        if (root.has("backends")) pool(root, Binding.DEFAULT_POOL, reached);
        if (root.find("pools") instanceof Value.Fields pools)
            pools.members().forEach((name, pool) -> pool((Value.Fields) pool, name, reached));
    }

    private void admin(AdminConfig admin) {
        boolean local =
                admin.host().startsWith("127.") || List.of("::1", "localhost").contains(admin.host());
        Value at = root.section("admin").at("writable");
        if (admin.writable() && admin.token() == null && !local)
            findings.warn(
                    at.origin(),
                    at.path(),
                    "without a token, everybody who reaches " + admin.host() + ":" + admin.port()
                            + " can drain backends; set admin.token as well");
    }

    private void pool(Value.Fields pool, String name, Set<String> reached) {
        Value source = pool.at("backends");
        if (source instanceof Value.Items list) weights(pool, name, list);
        if (!reached.contains(name))
            findings.warn(
                    source.origin(),
                    pool.path().key().isEmpty() ? source.path() : pool.path(),
                    "no route leads to pool " + Text.quoted(name));
    }

    private void weights(Value.Fields pool, String name, Value.Items list) {
        List<Value.Fields> backends = list.sections();
        Strategy strategy = pool.get("strategy", Strategy.class);
        for (Value.Fields backend : backends) {
            int weight = backend.integer("weight");
            Value at = backend.at("weight");
            if (weight > 1 && strategy == Strategy.ROUND_ROBIN)
                findings.warn(
                        at.origin(),
                        at.path(),
                        weight
                                + " counts as 1: round-robin only tells 0 from the rest; weighted-round-robin tells weights apart");
        }
        if (backends.stream().allMatch(backend -> backend.integer("weight") == 0))
            findings.warn(
                    list.origin(),
                    list.path(),
                    "every weight is 0: each request to " + name + " will be answered with 503");
    }
}
