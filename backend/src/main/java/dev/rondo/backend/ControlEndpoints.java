package dev.rondo.backend;

import io.helidon.http.Status;
import io.helidon.json.JsonObject;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Health, and the switch that makes the backend fail. */
final class ControlEndpoints {
    private static final int FORM_LIMIT = 65_536;

    private final String name;
    private final Lifecycle lifecycle;
    private final FaultSwitch faults;

    ControlEndpoints(String name, Lifecycle lifecycle, FaultSwitch faults) {
        this.name = name;
        this.lifecycle = lifecycle;
        this.faults = faults;
    }

    List<Endpoint> endpoints() {
        List<String> reads = List.of("GET", "HEAD");
        return List.of(
                new Endpoint(
                        reads,
                        "/health/live",
                        "",
                        "200 while the process can answer.",
                        "curl URL/health/live",
                        this::live),
                new Endpoint(
                        reads,
                        "/health/ready",
                        "",
                        "200 while it wants requests; 503 while it stops or is told to be unready.",
                        "curl -i URL/health/ready",
                        this::ready),
                new Endpoint(
                        List.of("POST"),
                        "/admin/fault",
                        "?status=&rate=&delay=&refuse&drop&unready&seed=",
                        "Fails from now on, in place of any fault before; the same keys as JSON in the body.",
                        "curl -d '{\"status\":503,\"rate\":0.5}' URL/admin/fault",
                        this::setFault),
                new Endpoint(
                        reads, "/admin/fault", "", "The fault that is on.", "curl URL/admin/fault", this::showFault),
                new Endpoint(
                        List.of("DELETE"),
                        "/admin/fault",
                        "",
                        "Takes the fault back.",
                        "curl -X DELETE URL/admin/fault",
                        this::clearFault));
    }

    private void live(ServerRequest request, ServerResponse response) {
        Answers.json(
                request,
                response,
                Status.OK_200,
                JsonObject.builder().set("status", "UP").set("server", name).build());
    }

    private void ready(ServerRequest request, ServerResponse response) {
        String reason = "";
        if (lifecycle.isDraining()) {
            reason = "stopping";
        } else if (faults.current().unready()) {
            reason = "told to be unready by /admin/fault";
        }
        JsonObject.Builder json = JsonObject.builder()
                .set("status", reason.isEmpty() ? "UP" : "DOWN")
                .set("server", name);
        if (!reason.isEmpty()) {
            json.set("reason", reason);
        }
        Answers.json(
                request, response, reason.isEmpty() ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503, json.build());
    }

    private void setFault(ServerRequest request, ServerResponse response) throws IOException {
        Map<String, String> query = Parameters.query(request, FaultForm.KEYS);
        byte[] body = PlainEndpoints.body(request, FORM_LIMIT);
        if (body.length > 0 && !query.isEmpty()) {
            throw Refusal.badRequest("a fault is both in the query and in the body: give one of them");
        }
        faults.set(body.length > 0 ? FaultForm.fromJson(body) : FaultForm.fromValues(query));
        showFault(request, response);
    }

    private void clearFault(ServerRequest request, ServerResponse response) {
        faults.set(Fault.NONE);
        showFault(request, response);
    }

    private void showFault(ServerRequest request, ServerResponse response) {
        Answers.json(request, response, Status.OK_200, FaultForm.show(faults));
    }
}
