package dev.rondo.balancer.admin;

import dev.rondo.balancer.admin.Api.Endpoint;
import dev.rondo.balancer.admin.Explanation.Header;
import dev.rondo.balancer.admin.Explanation.Question;
import dev.rondo.balancer.admin.PoolView.BackendView;
import dev.rondo.balancer.telemetry.Exchange;
import dev.rondo.balancer.telemetry.Ledger;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Every path of the API and what it does. */
final class Endpoints {
    /** The most a weight can be in the configuration too. */
    private static final int MAX_WEIGHT = 1_000;

    private static final int DECISIONS = 100;

    private static final String POOL = "/pools/{pool}";
    private static final String BACKEND = POOL + "/backends/{backend}";

    private final Sources sources;

    Endpoints(Sources sources) {
        this.sources = sources;
    }

    List<Endpoint> all() {
        return List.of(
                get("/pools", Set.of(), this::pools),
                get(POOL, Set.of(), call -> PoolJson.of(pool(call.variable("pool")))),
                get(BACKEND, Set.of(), call -> PoolJson.of(backend(call))),
                write(Method.POST, BACKEND + "/drain", this::drain),
                write(Method.POST, BACKEND + "/undrain", this::undrain),
                write(Method.PUT, BACKEND + "/weight", this::weight),
                write(Method.DELETE, BACKEND + "/weight", this::unweigh),
                get("/explain", Set.of("pool", "host", "path", "client", "method", "header"), this::explain),
                get("/decisions", Set.of("limit", "pool", "backend", "request-id"), this::decisions),
                write(Method.POST, "/reload", this::reload));
    }

    private static Endpoint get(String template, Set<String> query, Function<Call, JsonObject> answer) {
        return new Endpoint(Method.GET, template, query, answer);
    }

    private static Endpoint write(Method method, String template, Function<Call, JsonObject> answer) {
        return new Endpoint(method, template, Set.of(), answer);
    }

    private JsonObject pools(Call call) {
        List<JsonObject> pools =
                sources.pools().get().stream().map(PoolJson::of).toList();
        return JsonObject.builder().set("pools", JsonArray.create(pools)).build();
    }

    private PoolView pool(String name) {
        List<PoolView> pools = sources.pools().get();
        for (PoolView pool : pools) if (pool.name().equals(name)) return pool;
        throw Refusal.notFound(
                "there is no pool \"" + name + "\"",
                "use one of those that are known",
                pools.stream().map(PoolView::name).toList());
    }

    private BackendView backend(Call call) {
        PoolView pool = pool(call.variable("pool"));
        String id = call.variable("backend");
        for (BackendView backend : pool.backends()) if (backend.id().equals(id)) return backend;
        throw Refusal.notFound(
                "there is no backend \"" + id + "\" in the pool \"" + pool.name() + "\"",
                "use one of those that are known",
                pool.backends().stream().map(BackendView::id).toList());
    }

    private JsonObject drain(Call call) {
        return changed(
                call,
                sources.operations().drain(call.variable("pool"), backend(call).id()));
    }

    private JsonObject undrain(Call call) {
        return changed(
                call,
                sources.operations()
                        .undrain(call.variable("pool"), backend(call).id()));
    }

    private JsonObject weight(Call call) {
        String id = backend(call).id();
        int weight = call.onlyNumber("weight", 0, MAX_WEIGHT);
        return changed(call, sources.operations().weight(call.variable("pool"), id, weight));
    }

    private JsonObject unweigh(Call call) {
        return changed(
                call,
                sources.operations()
                        .unweigh(call.variable("pool"), backend(call).id()));
    }

    /** The backend as it is now; a 409 where it could not be changed. */
    private JsonObject changed(Call call, Optional<String> whyNot) {
        if (whyNot.isPresent())
            throw Refusal.of(
                    Status.CONFLICT_409,
                    whyNot.get(),
                    "look at GET " + Api.ROOT + "/pools/" + call.variable("pool") + " and ask again");
        return PoolJson.of(backend(call));
    }

    private JsonObject reload(Call call) {
        return switch (sources.operations().reload()) {
            case ReloadResult.Taken(boolean changed, List<String> warnings) ->
                JsonObject.builder()
                        .set("changed", changed)
                        .setStrings("warnings", warnings)
                        .build();
            case ReloadResult.Refused(List<String> problems) ->
                throw Refusal.invalid(
                        "the configuration was not taken; the one before stays in use",
                        "correct the file and ask again; rondo check FILE says the same beforehand",
                        problems);
        };
    }

    private JsonObject explain(Call call) {
        String pool = call.one("pool");
        if (pool != null) pool(pool); // or a 404 that names those there are
        String client = call.one("client");
        String path = call.one("path");
        String method = call.one("method");
        return ExplanationJson.of(sources.explain()
                .apply(new Question(
                        pool,
                        call.one("host"),
                        path == null ? "/" : path(path),
                        client == null ? call.request().remotePeer().host() : address(client),
                        method == null ? Method.GET_NAME : method(method),
                        call.all("header").stream().map(Endpoints::header).toList())));
    }

    private static String path(String path) {
        if (path.startsWith("/")) return path.split("\\?", 2)[0];
        throw Refusal.badRequest("the path \"" + path + "\" does not begin with a slash", "use /" + path);
    }

    /** Not a short form of IPv4: to the JDK 1 is 0.0.0.1. */
    private static String address(String client) {
        try {
            if (client.contains(":") || client.matches("[0-9]+(\\.[0-9]+){3}"))
                return InetAddress.ofLiteral(client).getHostAddress();
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw Refusal.badRequest("the client \"" + client + "\" is not an IP address", "use one such as 192.0.2.7");
    }

    private static String method(String method) {
        if (isToken(method)) return method;
        throw Refusal.badRequest("\"" + method + "\" is not a method", "use one such as GET");
    }

    private static Header header(String text) {
        int colon = text.indexOf(':');
        if (colon > 0 && isToken(text.substring(0, colon)))
            return new Header(
                    text.substring(0, colon), text.substring(colon + 1).strip());
        throw Refusal.badRequest("\"" + text + "\" is not a header field", "use NAME:VALUE, and once for each field");
    }

    /** RFC 9110 §5.6.2. */
    private static boolean isToken(String text) {
        return text.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    }

    private JsonObject decisions(Call call) {
        int limit = call.number("limit", DECISIONS, 1, Ledger.CAPACITY);
        String pool = call.one("pool");
        String backend = call.one("backend");
        String requestId = call.one("request-id");
        List<JsonObject> found = sources.ledger().newestFirst().stream()
                .filter(exchange -> pool == null || pool.equals(exchange.pool()))
                .filter(exchange -> requestId == null || requestId.equals(exchange.requestId()))
                .filter(exchange -> asked(exchange, backend))
                .limit(limit)
                .map(DecisionJson::of)
                .toList();
        return JsonObject.builder().set("decisions", JsonArray.create(found)).build();
    }

    private static boolean asked(Exchange exchange, @Nullable String backend) {
        return backend == null
                || exchange.attempts().stream()
                        .anyMatch(attempt -> attempt.backend().backend().equals(backend));
    }
}
