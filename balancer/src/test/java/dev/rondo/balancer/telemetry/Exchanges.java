package dev.rondo.balancer.telemetry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Exchanges to count and to log. */
final class Exchanges {
    static final BackendLabels ONE = new BackendLabels("default", "server-1", 0);
    static final BackendLabels TWO = new BackendLabels("default", "server-2", 1);

    /** 2026-11-23T03:10:12.007Z. */
    static final long START = 1_795_403_412_007L;

    private Exchanges() {}

    static Exchange answered(BackendLabels backend, String method, int status, long nanos) {
        return exchange(
                method,
                "/",
                "default",
                List.of(attempt(backend, Reason.OK, status, nanos / 2)),
                status,
                nanos,
                Reason.OK);
    }

    static Exchange refused(@Nullable String pool, Reason reason, int status) {
        return exchange("GET", "/", pool, List.of(), status, 1_000, reason);
    }

    static Exchange withTarget(String target) {
        return exchange("GET", target, "default", List.of(attempt(ONE, Reason.OK, 200, 1_000)), 200, 2_000, Reason.OK);
    }

    static Attempt attempt(BackendLabels backend, Reason outcome, int status, long nanos) {
        return new Attempt(backend, "127.0.0.1:5000", true, outcome, status, 40_000, nanos);
    }

    static Exchange exchange(
            String method,
            String target,
            @Nullable String pool,
            List<Attempt> attempts,
            int status,
            long nanos,
            Reason reason) {
        return new Exchange(
                START,
                "192.0.2.7",
                method,
                target,
                "HTTP/1.1",
                "example.com",
                null,
                "curl/8.5",
                "0af7651916cd43dd",
                null,
                pool,
                attempts,
                status,
                3,
                9,
                nanos,
                reason);
    }

    /** Every text that a client or a backend chooses is {@code text}. */
    static Exchange allFields(String text) {
        BackendLabels backend = new BackendLabels(text, text, 0);
        return new Exchange(
                START,
                text,
                text,
                text,
                text,
                text,
                text,
                text,
                text,
                text,
                text,
                List.of(new Attempt(backend, text, false, Reason.OK, 200, 0, 1)),
                200,
                0,
                0,
                1,
                Reason.OK);
    }
}
