package dev.rondo.backend;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One request as the access log tells it. Everything but the times comes from a client and is not to be trusted.
 *
 * @param at when the request's head had been read
 * @param client the address and port of the peer, or null when it is not known
 * @param method the method as received
 * @param target the request target as received
 * @param status the status sent, or 0 when none was
 * @param bytesIn bytes received in a tunnel; 0 for other requests, whose bodies are not counted
 * @param bytesOut bytes sent, head and body
 * @param nanos from the head read to the last byte handed to the kernel
 * @param ending how it ended
 * @param requestId {@code X-Request-Id} as received, or null
 */
record Served(
        Instant at,
        @Nullable String client,
        String method,
        String target,
        int status,
        long bytesIn,
        long bytesOut,
        long nanos,
        Ending ending,
        @Nullable String requestId) {

    /** How a request ended. */
    enum Ending {
        /** A whole response was sent. */
        ANSWERED,
        /** The connection ended before the response did: the peer left, or a fault cut it. */
        CUT,
        /** A fault reset the connection before a byte was sent. */
        REFUSED,
        /** The request was malformed and never reached an endpoint. */
        REJECTED,
        /** The connection became a tunnel, and the tunnel ended. */
        TUNNELED
    }
}
