package dev.rondo.balancer.admin;

import dev.rondo.balancer.admin.PoolView.BackendView;
import dev.rondo.balancer.admin.PoolView.Check;
import dev.rondo.balancer.admin.PoolView.Ejection;
import dev.rondo.balancer.admin.PoolView.Load;
import dev.rondo.balancer.admin.PoolView.Source;
import dev.rondo.balancer.admin.PoolView.Transition;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import java.time.Instant;

/** Pools and backends as JSON: the schemas {@code Pool} and {@code Backend} of {@code docs/openapi.yaml}. */
final class PoolJson {
    private PoolJson() {}

    static JsonObject of(PoolView pool) {
        JsonObject.Builder out = JsonObject.builder()
                .set("name", pool.name())
                .set("strategy", pool.strategy())
                .set("tier", pool.tier().word())
                .set("waiting", pool.waiting());
        Source source = pool.source();
        if (source == null) out.setNull("source");
        else out.set("source", of(source));
        return out.set(
                        "backends",
                        JsonArray.create(
                                pool.backends().stream().map(PoolJson::of).toList()))
                .build();
    }

    private static JsonObject of(Source source) {
        JsonObject.Builder out = JsonObject.builder().set("of", source.of()).set("endpoints", source.endpoints());
        Instant answered = source.answered();
        if (answered == null) out.setNull("answered");
        else out.set("answered", answered.toString());
        out.set("failures", source.failures());
        String lost = source.lost();
        if (lost == null) out.setNull("lost");
        else out.set("lost", lost);
        return out.build();
    }

    static JsonObject of(BackendView backend) {
        JsonObject.Builder out = JsonObject.builder()
                .set("id", backend.id())
                .set("url", backend.url())
                .setStrings("addresses", backend.addresses())
                .set("state", backend.state().word())
                .set("since", backend.since().toString())
                .set("reason", backend.reason())
                .set("backup", backend.backup())
                .set("weight", backend.weight())
                .set("effectiveWeight", backend.effectiveWeight())
                .set("maxRequests", backend.maxRequests());
        load(backend.load(), out);
        Check check = backend.lastCheck();
        if (check == null) out.setNull("lastCheck");
        else out.set("lastCheck", of(check));
        Ejection ejection = backend.ejection();
        if (ejection == null) out.setNull("ejection");
        else out.set("ejection", of(ejection));
        return out.set(
                        "transitions",
                        JsonArray.create(
                                backend.transitions().stream().map(PoolJson::of).toList()))
                .build();
    }

    private static void load(Load load, JsonObject.Builder out) {
        out.set("inFlight", load.inFlight())
                .set("requests", load.requests())
                .set("failures", load.failures())
                .set("picks", load.picks())
                .set("activeConnections", load.activeConnections())
                .set("idleConnections", load.idleConnections());
    }

    private static JsonObject of(Check check) {
        return JsonObject.builder()
                .set("at", check.at().toString())
                .set("passed", check.passed())
                .set("why", check.why())
                .set("durationMs", Millis.of(check.durationNanos()))
                .build();
    }

    private static JsonObject of(Ejection ejection) {
        return JsonObject.builder()
                .set("number", ejection.number())
                .set("until", ejection.until().toString())
                .build();
    }

    private static JsonObject of(Transition transition) {
        return JsonObject.builder()
                .set("at", transition.at().toString())
                .set("from", transition.from().word())
                .set("to", transition.to().word())
                .set("reason", transition.reason())
                .build();
    }
}
