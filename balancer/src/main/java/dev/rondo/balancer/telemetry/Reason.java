package dev.rondo.balancer.telemetry;

import java.util.Locale;

/** Why an attempt or an exchange ended as it did: the word that logs, metrics and error bodies show. */
public enum Reason {
    /** A whole answer. */
    OK(Party.NONE),

    /** No failure, and only of an attempt: another attempt of the same request had its answer sooner. */
    OUTPACED(Party.NONE),

    /** The request breaks the grammar or a rule of HTTP. */
    BAD_REQUEST(Party.CLIENT),
    /** The head did not arrive in time. */
    REQUEST_HEAD_TIMEOUT(Party.CLIENT),
    /** The body came too slowly or stopped. */
    REQUEST_BODY_TIMEOUT(Party.CLIENT),
    /** The head is over a limit. */
    HEAD_TOO_LARGE(Party.CLIENT),
    /** The target is over its limit. */
    TARGET_TOO_LONG(Party.CLIENT),
    /** The body is over its limit. */
    BODY_TOO_LARGE(Party.CLIENT),
    /** The HTTP version is not one that is spoken here. */
    UNSUPPORTED_VERSION(Party.CLIENT),
    /** A method that is not served here, CONNECT for one. */
    UNSUPPORTED_METHOD(Party.CLIENT),
    /** An expectation other than 100-continue. */
    EXPECTATION_FAILED(Party.CLIENT),
    /** A transfer coding other than chunked. */
    UNSUPPORTED_CODING(Party.CLIENT),
    /** The client went away, or stopped reading. */
    CLIENT_ABORT(Party.CLIENT),
    /** This client address has too many connections. */
    TOO_MANY_CONNECTIONS(Party.CLIENT),

    /** No route matches. */
    NO_ROUTE(Party.RONDO),
    /** Every backend of the pool is out of rotation. */
    NO_HEALTHY_BACKEND(Party.RONDO),
    /** Every backend has as many requests as it may have, and as many wait as may. */
    QUEUE_FULL(Party.RONDO),
    /** No backend had room for the request in time. */
    QUEUE_TIMEOUT(Party.RONDO),
    /** As many requests are in work as may be. */
    OVERLOADED(Party.RONDO),
    /** The process is ending. */
    DRAINING(Party.RONDO),
    /** This machine has no descriptor or local port left for a connection to a backend, of which that tells nothing. */
    NO_SOCKET(Party.RONDO),
    /** A fault of Rondo's own. */
    INTERNAL_ERROR(Party.RONDO),

    /** The name of the backend cannot be resolved. */
    DNS_ERROR(Party.UPSTREAM),
    /** The backend refused the connection. */
    CONNECT_REFUSED(Party.UPSTREAM),
    /** The backend did not take the connection in time. */
    CONNECT_TIMEOUT(Party.UPSTREAM),
    /** The connection could not be made for another cause. */
    CONNECT_FAILED(Party.UPSTREAM),
    /** The backend closed or reset the connection before an answer. */
    UPSTREAM_RESET(Party.UPSTREAM),
    /** A kept connection turned out to be closed before a byte of the answer. */
    STALE_CONNECTION(Party.UPSTREAM),
    /** The head of the answer did not come in time, or the time for the whole request was over before a backend had room. */
    RESPONSE_TIMEOUT(Party.UPSTREAM),
    /** The answer breaks the grammar or a rule of HTTP. */
    BAD_RESPONSE(Party.UPSTREAM),
    /** The answer ended before it was whole. */
    RESPONSE_TRUNCATED(Party.UPSTREAM),
    /** The body of the answer stopped coming. */
    RESPONSE_BODY_TIMEOUT(Party.UPSTREAM);

    /** Whose fault a reason tells of. */
    public enum Party {
        NONE,
        CLIENT,
        UPSTREAM,
        RONDO;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** Lower case. */
        public String word() {
            return word;
        }
    }

    private final Party party;
    private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');

    Reason(Party party) {
        this.party = party;
    }

    /** Whose fault this is. */
    public Party party() {
        return party;
    }

    /** Lower case with hyphens, such as {@code no-healthy-backend}. */
    public String word() {
        return word;
    }
}
