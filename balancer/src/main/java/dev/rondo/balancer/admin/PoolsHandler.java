package dev.rondo.balancer.admin;

import io.helidon.http.HeaderNames;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.function.Supplier;

/** {@code /api/v1/pools}: pools and backends with their live state. */
final class PoolsHandler implements Handler {
    private final Supplier<List<PoolView>> pools;

    PoolsHandler(Supplier<List<PoolView>> pools) {
        this.pools = pools;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        JsonObject body = JsonObject.builder()
                .set(
                        "pools",
                        JsonArray.create(
                                pools.get().stream().map(PoolsHandler::json).toList()))
                .build();
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.header(HeaderNames.CACHE_CONTROL, "no-cache");
        response.send(body + "\n");
    }

    private static JsonObject json(PoolView pool) {
        return JsonObject.builder()
                .set("name", pool.name())
                .set("strategy", pool.strategy())
                .set(
                        "backends",
                        JsonArray.create(
                                pool.backends().stream().map(PoolsHandler::json).toList()))
                .build();
    }

    private static JsonObject json(PoolView.BackendView backend) {
        return JsonObject.builder()
                .set("id", backend.id())
                .set("url", backend.url())
                .set("addresses", JsonArray.createStrings(backend.addresses()))
                .set("state", backend.state())
                .set("weight", backend.weight())
                .set("inFlight", backend.inFlight())
                .set("requests", backend.requests())
                .set("picks", backend.picks())
                .set("activeConnections", backend.activeConnections())
                .set("idleConnections", backend.idleConnections())
                .build();
    }
}
