package dev.rondo.balancer.proxy;

import dev.rondo.balancer.http.FieldName;
import dev.rondo.balancer.http.RequestHead;
import dev.rondo.balancer.telemetry.Attempt;
import dev.rondo.balancer.telemetry.BackendLabels;
import dev.rondo.balancer.telemetry.Exchange;
import dev.rondo.balancer.telemetry.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known so far of the exchange that runs: becomes an {@link Exchange} when it ends. */
final class ExchangeLog {
    private static final int TRACE_ID = 3;
    private static final int TRACE_ID_END = 35;

    private final long startMillis;
    private final long startNanos;
    private final byte[] newRequestId;
    private String requestId;
    private String client;
    private List<Attempt> attempts = List.of();
    private @Nullable String pool;
    private int status;
    private long bytesIn;
    private long bytesOut;

    ExchangeLog(long startMillis, long startNanos, byte[] newRequestId, String peer) {
        this.startMillis = startMillis;
        this.startNanos = startNanos;
        this.newRequestId = newRequestId;
        this.requestId = new String(newRequestId, StandardCharsets.ISO_8859_1);
        this.client = peer;
    }

    /** The head could be read. */
    void head(RequestHead head, String clientAddress) {
        client = clientAddress;
        String sent = head.value(FieldName.X_REQUEST_ID);
        if (sent != null && !sent.isEmpty()) requestId = sent;
    }

    /** Address of the client, as trusted proxies tell it. */
    String client() {
        return client;
    }

    void pool(String name) {
        pool = name;
    }

    /** When it began, milliseconds since the epoch. */
    long startMillis() {
        return startMillis;
    }

    /** What {@code X-Request-Id} says to a backend where the client sent none. */
    byte[] newRequestId() {
        return newRequestId;
    }

    String requestId() {
        return requestId;
    }

    Attempt attempt(
            BackendLabels backend, String address, boolean reused, Reason outcome, int answer, long begun, long ended) {
        Attempt attempt = new Attempt(backend, address, reused, outcome, answer, begun - startNanos, ended - begun);
        if (attempts.isEmpty()) {
            attempts = List.of(attempt);
        } else {
            attempts = new ArrayList<>(attempts);
            attempts.add(attempt);
        }
        return attempt;
    }

    /** The answer whose head the last attempt has got was not whole. */
    void cut(Reason why) {
        Attempt last = attempts.getLast();
        List<Attempt> all = new ArrayList<>(attempts);
        all.set(
                all.size() - 1,
                new Attempt(
                        last.backend(),
                        last.address(),
                        last.reused(),
                        why,
                        last.status(),
                        last.startNanos(),
                        last.durationNanos()));
        attempts = all;
    }

    void status(int sent) {
        status = sent;
    }

    int status() {
        return status;
    }

    void sent(long bytes) {
        bytesOut += bytes;
    }

    /** What went through a tunnel. */
    void tunnelled(long fromClient, long toClient) {
        bytesIn += fromClient;
        bytesOut += toClient;
    }

    Exchange end(RequestHead head, long received, long endNanos, Reason reason) {
        String parent = head.value(FieldName.TRACEPARENT);
        String trace =
                parent != null && parent.length() >= TRACE_ID_END ? parent.substring(TRACE_ID, TRACE_ID_END) : null;
        return new Exchange(
                startMillis,
                client,
                head.methodText(),
                head.targetText(),
                head.isHttp10() ? "HTTP/1.0" : "HTTP/1.1",
                head.authority(),
                head.value(FieldName.REFERER),
                head.value(FieldName.USER_AGENT),
                requestId,
                trace,
                pool,
                List.copyOf(attempts),
                status,
                bytesIn + received,
                bytesOut,
                endNanos - startNanos,
                reason);
    }
}
