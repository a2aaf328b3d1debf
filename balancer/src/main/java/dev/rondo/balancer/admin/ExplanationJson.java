package dev.rondo.balancer.admin;

import static dev.rondo.balancer.admin.DecisionJson.orNull;

import dev.rondo.balancer.admin.Explanation.Candidate;
import dev.rondo.balancer.admin.Explanation.Route;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;

/** Explanations as JSON: the schema {@code Explanation} of {@code docs/openapi.yaml}. */
final class ExplanationJson {
    private ExplanationJson() {}

    static JsonObject of(Explanation explanation) {
        JsonObject.Builder out = JsonObject.builder();
        Route route = explanation.route();
        if (route == null) out.setNull("route");
        else out.set("route", of(route));
        orNull(out, "pool", explanation.pool());
        orNull(out, "strategy", explanation.strategy());
        orNull(out, "backend", explanation.backend());
        return out.set("reason", explanation.reason())
                .set(
                        "candidates",
                        JsonArray.create(explanation.candidates().stream()
                                .map(ExplanationJson::of)
                                .toList()))
                .build();
    }

    private static JsonObject of(Route route) {
        JsonObject.Builder out = JsonObject.builder();
        orNull(out, "host", route.host());
        return out.set("pathPrefix", route.pathPrefix()).build();
    }

    private static JsonObject of(Candidate candidate) {
        return JsonObject.builder()
                .set("backend", candidate.id())
                .set("state", candidate.state().word())
                .set("eligible", candidate.eligible())
                .set("chosen", candidate.chosen())
                .set("why", candidate.why())
                .build();
    }
}
