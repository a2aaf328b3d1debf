package dev.rondo.balancer.telemetry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request and what became of it, with every attempt: the only thing that telemetry reads. Immutable.
 *
 * @param startMillis when the first byte of the head was read, milliseconds since the epoch
 * @param client address of the client without port: the peer's, or the one behind trusted proxies
 * @param method as sent, empty where the request line could not be read
 * @param target as sent, one character a byte; empty where the request line could not be read
 * @param version {@code HTTP/1.1} or {@code HTTP/1.0}
 * @param host as sent; null where there was none
 * @param referer as sent; null where there was none
 * @param userAgent as sent; null where there was none
 * @param requestId the value of {@code X-Request-Id} that the backend saw
 * @param traceId of {@code traceparent}; null where there was none
 * @param pool null where no route matched
 * @param attempts in order; empty where no backend was asked
 * @param status that the client was sent, or 499 where it had gone before
 * @param bytesIn of the request's body, framing apart
 * @param bytesOut of the answer's body, framing apart
 * @param durationNanos from the first byte of the head to the last byte of the answer
 * @param reason how it ended
 */
public record Exchange(
        long startMillis,
        String client,
        String method,
        String target,
        String version,
        @Nullable String host,
        @Nullable String referer,
        @Nullable String userAgent,
        String requestId,
        @Nullable String traceId,
        @Nullable String pool,
        List<Attempt> attempts,
        int status,
        long bytesIn,
        long bytesOut,
        long durationNanos,
        Reason reason) {}
