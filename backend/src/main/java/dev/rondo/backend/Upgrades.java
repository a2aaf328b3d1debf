package dev.rondo.backend;

import dev.rondo.backend.Fault.Failure;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.DirectTransportRequest;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.spi.ServerConnection;
import org.jspecify.annotations.Nullable;

/**
 * Turns requests to {@code /upgrade} into tunnels. Helidon asks it before any filter, so it applies the fault itself.
 *
 * @param supportedProtocol the value of {@code Upgrade}, which Helidon compares letter by letter
 */
record Upgrades(String supportedProtocol, String name, Surroundings surroundings, FaultSwitch faults, Sockets sockets)
        implements Http1Upgrader {

    @Override
    @SuppressWarnings(
            "NullAway") // null is Helidon's word for "leave it to the routes"; its packages carry no annotations
    public @Nullable ServerConnection upgrade(
            ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
        if (!prologue.method().equals(Method.GET)
                || !prologue.uriPath().rawPath().equals(UpgradeEndpoint.PATH)
                || UpgradeEndpoint.obstacle(headers) != null) {
            return null;
        }
        Fault fault = faults.draw(UpgradeEndpoint.PATH);
        if (!fault.delay().isZero()) {
            try {
                surroundings.pauses().pause(fault.delay());
            } catch (InterruptedException e) {
                throw new CloseConnectionException("stopped while a fault delayed the request", e);
            }
        }
        return switch (fault.failure()) {
            case Failure.Status(int code) ->
                throw RequestException.builder()
                        .type(EventType.OTHER)
                        .status(Status.create(code))
                        .setKeepAlive(false)
                        .request(DirectTransportRequest.create(prologue, headers))
                        .message("a fault answers " + code)
                        .safeMessage(true)
                        .build();
            case Failure.Refuse() -> {
                sockets.reset(context.remotePeer().address());
                throw new CloseConnectionException("a fault refused the request");
            }
            case Failure.None() -> tunnel(context, prologue, headers, false);
            case Failure.Drop() -> tunnel(context, prologue, headers, true);
        };
    }

    private Tunnel tunnel(
            ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers, boolean dropped) {
        TunnelWire wire = new TunnelWire(context.dataReader(), context.dataWriter());
        boolean webSocket = supportedProtocol.equalsIgnoreCase("websocket");
        String head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
                + supportedProtocol
                + (webSocket ? "\r\nSec-WebSocket-Accept: " + UpgradeEndpoint.accept(headers) : "")
                + "\r\nX-Served-By: "
                + name
                + "\r\n\r\n";
        Echo echo = webSocket ? new WebSocketEcho(wire) : new RawEcho(wire);
        return new Tunnel(
                head,
                wire,
                echo,
                dropped,
                surroundings,
                RequestFilter.target(prologue),
                RequestFilter.client(context.remotePeer().address()));
    }
}
