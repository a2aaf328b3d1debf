package dev.rondo.backend;

import dev.rondo.backend.Served.Ending;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;

/**
 * Answers what no endpoint sees: malformed requests, and failures that escape an endpoint. The former are recorded here, since
 * no filter sees them either.
 */
record Rejections(String name, Surroundings surroundings) implements DirectHandler {
    DirectHandlers handlers() {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (EventType type : EventType.values()) {
            handlers.addHandler(type, this);
        }
        return handlers.build();
    }

    /** Called within a route, whose filter records the request. */
    @Override
    public TransportResponse handle(
            TransportRequest request,
            EventType type,
            Status status,
            ServerResponseHeaders headers,
            Throwable thrown,
            System.Logger logger) {
        return answer(status, headers);
    }

    /** Called by the connection, for requests that did not become one. */
    @Override
    public TransportResponse handle(
            TransportRequest request, EventType type, Status status, ServerResponseHeaders headers, String message) {
        surroundings
                .accessLog()
                .accept(new Served(
                        surroundings.clock().instant(),
                        null,
                        request.method(),
                        request.path(),
                        status.code(),
                        0,
                        0,
                        0,
                        Ending.REJECTED,
                        null));
        return answer(status, headers);
    }

    private TransportResponse answer(Status status, ServerResponseHeaders headers) {
        headers.set(HeaderValues.create(RequestFilter.SERVED_BY, name));
        headers.set(Answers.PLAIN);
        return TransportResponse.builder()
                .status(status)
                .headers(headers)
                .keepAlive(false)
                .entity((status.code() + " " + status.reasonPhrase()).strip() + "\n")
                .build();
    }
}
