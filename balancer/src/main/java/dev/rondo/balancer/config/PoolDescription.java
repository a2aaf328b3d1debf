package dev.rondo.balancer.config;

import static dev.rondo.balancer.config.Key.optional;
import static dev.rondo.balancer.config.Key.required;

import dev.rondo.balancer.config.Key.Fallback;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys of a pool. Those of the pool {@code default} stand at the top, where its timeouts are everybody's. */
final class PoolDescription {
    private PoolDescription() {}

    /** The pool {@code default}: nothing of it says anything unless there are backends. */
    static List<Key> top() {
        List<Key> keys = new ArrayList<>();
        keys.add(strategy());
        keys.addAll(PolicyDescription.keys());
        keys.add(optional(
                "headers", headers(), "What is changed in the fields of messages, in the order remove, set, add."));
        keys.add(locality());
        keys.replaceAll(key -> key.needs("backends"));
        keys.add(optional("backends", backends(), "The backends of a pool named `default`.")
                .example("[\"http://localhost:5000\", {url: \"http://localhost:5001\", weight: 0}]"));
        return keys;
    }

    static Type.Section pool() {
        List<Key> keys = new ArrayList<>();
        keys.add(strategy());
        keys.addAll(PolicyDescription.keys());
        keys.add(optional("timeouts", poolTimeouts(), "How long its backends are waited for."));
        keys.add(optional("headers", headers(), "As `headers` at the top, for this pool."));
        keys.add(locality());
        keys.add(required("backends", backends(), "Those that can answer its requests.")
                .example("[\"http://localhost:5000\"]"));
        return Description.section("pool", List.copyOf(keys));
    }

    private static Type.Section poolTimeouts() {
        List<String> names = List.of(
                "connect",
                "response",
                "request",
                "attempt",
                "idle",
                "tunnel",
                "upstream-keep-alive",
                "upstream-max-age");
        Type.Section top = Description.timeouts();
        return Description.section(
                "timeouts",
                top.keys().stream()
                        .filter(key -> names.contains(key.name()))
                        .map(key -> key.or(new Fallback.Inherited(
                                "timeouts",
                                key.name(),
                                key.fallback() instanceof Fallback.Computed computed ? computed : null)))
                        .toList());
    }

    private static Key strategy() {
        return Key.of("strategy", Scalars.choice(Strategy.class), "round-robin", """
                How a backend is picked. `round-robin`: one after the other, strictly, over all loops. \
                `weighted-round-robin`: the same, as often as `weight` says, spread evenly. `random`: any, by weight. \
                `least-requests`: the fewest in flight for its weight. `power-of-two`: of two random ones that with fewer in \
                flight. `peak-ewma`: of two random ones that with the smaller product of latency and requests in flight. \
                `consistent-hash` (a Maglev table) and `rendezvous`: by what `hash-on` says.""");
    }

    private static Type.ListOrSection backends() {
        return new Type.ListOrSection(
                new Type.ListOf("list of backends", backend(), false), DiscoveryDescription.source());
    }

    private static Key locality() {
        return optional("locality", Scalars.choice(Locality.class), """
                        Where backends are found in Kubernetes: `prefer-zone` uses those in the process's own zone, as long as half of \
                        them are healthy; the others only where these have no room or have failed the request. `any`, which holds \
                        where it is not set, makes no difference. See `zone`.""").example("any");
    }

    private static Type.Section backend() {
        return Description.sectionOrIts(
                "backend",
                List.of(
                        required("url", NetworkScalars.BACKEND_URL, """
                                `http://HOST:PORT`, without path, query and user info; port 80 where it names none. A backend that \
                                is only text is its URL.""").example("\"http://localhost:5000\""),
                        optional(
                                        "id",
                                        NetworkScalars.BACKEND_ID,
                                        "Its name in logs, metrics and the API; unique in its pool.")
                                .or(new Fallback.Computed("HOST:PORT of the URL", PoolDescription::hostAndPort))
                                .example("server-1"),
                        Key.of("weight", Scalars.integer(0, 1000), "1", """
                                Its share of the requests; 0 takes it out of rotation. `round-robin` makes no difference \
                                between other weights."""),
                        Key.of("backup", Scalars.FLAG, "false", """
                                Whether it is used only when no other backend is healthy. Not all of a pool can be backups."""),
                        Key.of("max-requests", Scalars.integer(0, 10_000_000), "0", """
                                Requests in flight that it gets at most, over all loops; more wait in `queue`. 0 is no limit.""")));
    }

    private static @Nullable String hostAndPort(Value.Fields backend) {
        if (!backend.has("url")) return null;
        BackendConfig at = new BackendConfig("-", backend.get("url", URI.class), 1);
        return (at.host().contains(":") ? "[" + at.host() + "]" : at.host()) + ":" + at.port();
    }

    private static Type.Section headers() {
        return Description.section(
                "headers",
                List.of(
                        optional("request", headerRules(true), "On the way to the backend."),
                        optional("response", headerRules(false), "On the way to the client.")));
    }

    private static Type.Section headerRules(boolean request) {
        return Description.section(
                "header rules",
                List.of(
                        optional("set", fields(request), """
                                Fields that have this one value afterwards. Those that frame a message or belong to one connection are refused.""").example("{X-Served-For: shop}"),
                        optional("add", fields(false), "Field lines that are appended, whatever is there already.")
                                .example("{X-Tag: rondo}"),
                        optional(
                                        "remove",
                                        Description.listOf("list of field names", NetworkScalars.fieldName(false)),
                                        """
                                Fields of which nothing is left before `set` and `add`.""")
                                .example("[X-Powered-By]")));
    }

    private static Type.MapOf fields(boolean host) {
        return new Type.MapOf(
                "values by field name",
                NetworkScalars.fieldName(host),
                "FIELD",
                NetworkScalars.FIELD_VALUE,
                Map.of(),
                true);
    }
}
