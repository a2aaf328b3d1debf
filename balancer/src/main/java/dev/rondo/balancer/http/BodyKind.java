package dev.rondo.balancer.http;

/** How the end of a body is told (RFC 9112 §6.3). */
public enum BodyKind {
    /** There is no body. */
    NONE,
    /** {@code Content-Length} bytes. */
    LENGTH,
    /** The chunked coding. */
    CHUNKED,
    /** Whatever comes until the connection is closed; answers only. */
    UNTIL_CLOSE
}
