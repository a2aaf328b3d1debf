package dev.rondo.balancer.config;

/** A kind of failure after which a request may be sent to another backend. */
public enum RetryOn {
    /** No connection stood. */
    CONNECT_FAILURE,
    /** The backend said that it has not touched the request (RFC 9113 §8.7). */
    REFUSED_STREAM,
    /** The connection broke before anything of the request was sent. */
    RESET_BEFORE_REQUEST,
    /** The connection broke later, before an answer began. */
    RESET,
    /** The backend answered 502, 503 or 504. */
    GATEWAY_ERROR,
    /** No answer began in time. */
    TIMEOUT
}
