package dev.rondo.backend;

import dev.rondo.backend.Fault.Failure;
import dev.rondo.backend.Served.Ending;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Surrounds every request: applies the fault that hits it, ends the connection where it must end, and records it. */
final class RequestFilter implements Filter {
    static final HeaderName SERVED_BY = HeaderNames.create("X-Served-By");
    private static final HeaderName REQUEST_ID = HeaderNames.create("X-Request-Id");

    private final Header servedBy;
    private final Surroundings surroundings;
    private final Lifecycle lifecycle;
    private final FaultSwitch faults;
    private final Sockets sockets;

    RequestFilter(String name, Surroundings surroundings, Lifecycle lifecycle, FaultSwitch faults, Sockets sockets) {
        this.servedBy = HeaderValues.createCached(SERVED_BY, name);
        this.surroundings = surroundings;
        this.lifecycle = lifecycle;
        this.faults = faults;
        this.sockets = sockets;
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        Instant at = surroundings.clock().instant();
        long start = surroundings.nanos().getAsLong();
        String client = client(request.remotePeer().address()); // while there is a connection to ask
        Ending ending = Ending.CUT;
        response.header(servedBy);
        response.beforeSend(() -> {
            if (lifecycle.isDraining()) {
                response.headers().set(HeaderValues.CONNECTION_CLOSE);
            }
        });
        try {
            Fault fault = faults.draw(request.prologue().uriPath().rawPath());
            pause(fault);
            switch (fault.failure()) {
                case Failure.None() -> chain.proceed();
                case Failure.Status(int code) -> fail(request, response, code);
                case Failure.Refuse() -> {
                    ending = Ending.REFUSED;
                    sockets.reset(request.remotePeer().address());
                    throw new CloseConnectionException("a fault refused the request");
                }
                case Failure.Drop() -> {
                    if (!request.prologue().method().equals(Method.HEAD)) {
                        response.streamFilter(DroppedBody::new);
                    }
                    chain.proceed();
                }
            }
            ending = Ending.ANSWERED;
        } finally {
            record(request, response, at, start, client, ending);
        }
        endConnection(request, response);
    }

    private void pause(Fault fault) {
        if (fault.delay().isZero()) {
            return;
        }
        try {
            surroundings.pauses().pause(fault.delay());
        } catch (InterruptedException e) {
            throw new CloseConnectionException("stopped while a fault delayed the request", e);
        }
    }

    private static void fail(RoutingRequest request, RoutingResponse response, int code) {
        if (code == 204 || code == 205 || code == 304) {
            response.status(Status.create(code)).send();
        } else {
            Answers.text(request, response, Status.create(code), "a fault answers " + code + "\n");
        }
    }

    /**
     * Closes a connection that has carried its last response. Helidon announces {@code Connection: close} and then waits for
     * the next request all the same, so a client that reads to the end of the stream would hang (RFC 9112 §9.6).
     */
    private static void endConnection(RoutingRequest request, RoutingResponse response) {
        boolean last = request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)
                || response.headers().containsToken(HeaderValues.CONNECTION_CLOSE);
        if (!last) {
            return;
        }
        boolean malformed = response.status().code() == 400; // to read on would be to wait for what may never come
        if (!malformed && request.continueSent() && !request.content().consumed()) {
            request.content().consume(); // closing over unread bytes would reset the response away
        }
        throw new CloseConnectionException("answered, and the connection ends here");
    }

    private void record(
            RoutingRequest request,
            RoutingResponse response,
            Instant at,
            long start,
            @Nullable String client,
            Ending ending) {
        HttpPrologue prologue = request.prologue();
        long sent = ending == Ending.REFUSED ? 0 : response.bytesWritten();
        surroundings
                .accessLog()
                .accept(new Served(
                        at,
                        client,
                        prologue.method().text(),
                        target(prologue),
                        sent > 0 ? response.status().code() : 0,
                        0,
                        sent,
                        surroundings.nanos().getAsLong() - start,
                        ending,
                        request.headers().first(REQUEST_ID).orElse(null)));
    }

    /** The address and port of {@code peer}, never its name: that would be a question to a name server. */
    static @Nullable String client(SocketAddress peer) {
        if (peer instanceof InetSocketAddress inet && inet.getAddress() != null) {
            String address = inet.getAddress().getHostAddress();
            return (address.indexOf(':') < 0 ? address : '[' + address + ']') + ':' + inet.getPort();
        }
        return null;
    }

    /** The request target as it arrived. */
    static String target(HttpPrologue prologue) {
        String path = prologue.uriPath().rawPath();
        String query = prologue.hasQuery() ? '?' + prologue.query().rawValue() : "";
        String fragment =
                prologue.fragment().hasValue() ? '#' + prologue.fragment().rawValue() : "";
        return query.isEmpty() && fragment.isEmpty() ? path : path + query + fragment;
    }
}
