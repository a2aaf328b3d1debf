package dev.rondo.balancer.admin;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.json.JsonObject;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1}: who may call it, what is there, and how it answers. What each path does stands in {@link Endpoints}; the
 * contract is {@code docs/openapi.yaml}, which a test holds this to.
 */
final class Api implements Handler {
    /** Every path of the API begins with it. */
    static final String ROOT = "/api/v1";

    private static final String UNDER = "/api";

    /**
     * One path and method.
     *
     * @param template below {@link #ROOT}, with variables in braces
     * @param query parameters that it has
     * @param answer the body of a 200, or a {@link Refusal}
     */
    record Endpoint(Method method, String template, Set<String> query, Function<Call, JsonObject> answer) {
        boolean writes() {
            return !method.equals(Method.GET);
        }

        boolean takes(Method asked) {
            return asked.equals(method) || (asked.equals(Method.HEAD) && !writes());
        }

        /** The variables of the template, still encoded; null where the path is another. */
        @Nullable
        Map<String, String> match(String path) {
            String[] wanted = template.split("/", -1);
            String[] given = path.split("/", -1);
            if (wanted.length != given.length) return null;
            Map<String, String> variables = new HashMap<>();
            for (int i = 0; i < wanted.length; i++) {
                if (wanted[i].startsWith("{") && !given[i].isEmpty())
                    variables.put(wanted[i].substring(1, wanted[i].length() - 1), given[i]);
                else if (!wanted[i].equals(given[i])) return null;
            }
            return variables;
        }
    }

    private final Access access;
    private final List<Endpoint> endpoints;

    Api(Access access, Sources sources) {
        this.access = access;
        this.endpoints = new Endpoints(sources).all();
    }

    /** Method and path of everything that is there, as {@code GET /api/v1/pools}. */
    List<String> operations() {
        return endpoints.stream()
                .map(endpoint -> endpoint.method().text() + " " + ROOT + endpoint.template())
                .toList();
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        String path = request.path().rawPath();
        if (!path.equals(UNDER) && !path.startsWith(UNDER + "/")) {
            response.next();
            return;
        }
        JsonObject body;
        String type = "application/json";
        try {
            body = answer(request, response, path);
        } catch (Refusal e) {
            response.status(e.status());
            type = "application/problem+json";
            body = e.json();
        }
        response.header(HeaderNames.CONTENT_TYPE, type);
        response.header(HeaderNames.CACHE_CONTROL, "no-cache");
        response.header(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff");
        response.send(body + "\n");
    }

    private JsonObject answer(ServerRequest request, ServerResponse response, String path) {
        checkToken(request, response);
        String rest = path.startsWith(ROOT + "/") ? path.substring(ROOT.length()) : "";
        Set<String> allowed = new TreeSet<>();
        for (Endpoint endpoint : endpoints) {
            Map<String, String> variables = endpoint.match(rest);
            if (variables == null) continue;
            if (endpoint.takes(request.prologue().method())) {
                if (endpoint.writes()) checkWritable(request);
                variables.replaceAll((name, raw) -> Call.segment(raw));
                return endpoint.answer().apply(Call.of(request, variables, endpoint.query()));
            }
            allowed.add(endpoint.method().text());
            if (!endpoint.writes()) allowed.add(Method.HEAD_NAME);
        }
        if (allowed.isEmpty())
            throw Refusal.notFound("nothing is served at " + path, "use one of those that are known", operations());
        String methods = String.join(", ", allowed);
        response.header(HeaderNames.ALLOW, methods);
        throw Refusal.of(
                Status.METHOD_NOT_ALLOWED_405,
                "this path does not take " + request.prologue().method().text(),
                "use " + methods);
    }

    private void checkToken(ServerRequest request, ServerResponse response) {
        String authorization =
                request.headers().value(HeaderNames.AUTHORIZATION).orElse(null);
        if (access.permits(authorization)) return;
        response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"rondo\"");
        throw Refusal.of(
                Status.UNAUTHORIZED_401,
                authorization == null ? "the API asks for a token" : "this is not the token",
                "send the value of admin.token: Authorization: Bearer TOKEN");
    }

    /** A page on another site can have a browser send a request here, though it cannot read the answer. */
    private void checkWritable(ServerRequest request) {
        if (!access.writable())
            throw Refusal.of(
                    Status.FORBIDDEN_403,
                    "the API is read-only",
                    "set admin.writable: true, and admin.token with it, and start again");
        String origin = request.headers().value(HeaderNames.ORIGIN).orElse(null);
        String host = request.headers().value(HeaderNames.HOST).orElse("");
        if (origin != null && !origin.equals("http://" + host) && !origin.equals("https://" + host))
            throw Refusal.of(
                    Status.FORBIDDEN_403,
                    "a page of " + origin + " may not change anything here",
                    "ask from this port, or without Origin");
    }
}
