package dev.rondo.balancer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.cluster.Outcome;
import dev.rondo.balancer.proxy.Failure.Progress;
import dev.rondo.balancer.telemetry.Reason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose fault it was, where 20 ns of silence say something. */
class BlameTest {
    @ParameterizedTest
    @CsvSource({
        "CONNECT_REFUSED,      NOTHING_SENT, false,  0, REFUSED",
        "CONNECT_TIMEOUT,      NOTHING_SENT, false, 99, FAILED",
        "CONNECT_FAILED,       NOTHING_SENT, false,  0, FAILED",
        "NO_SOCKET,            NOTHING_SENT, false, 99, NEUTRAL", // this machine's fault
        "NO_SOCKET,            NOTHING_SENT, true,  99, NEUTRAL",
        "UPSTREAM_RESET,       SENT,         false,  0, FAILED",
        "UPSTREAM_RESET,       SENT,         true,   0, FAILED", // that was not the time
        "RESPONSE_TIMEOUT,     SENT,         false, 99, FAILED",
        "STALE_CONNECTION,     SENT,         false, 99, NEUTRAL",
        "OUTPACED,             SENT,         false, 99, OUTPACED",
        "REQUEST_BODY_TIMEOUT, SENT,         false, -1, NEUTRAL",
        "DRAINING,             SENT,         false, 99, NEUTRAL",
        "INTERNAL_ERROR,       SENT,         false, 99, NEUTRAL",
        // who leaves
        "CLIENT_ABORT,         NOTHING_SENT, false, 99, NEUTRAL",
        "CLIENT_ABORT,         SENT,         false, -1, NEUTRAL", // within its body
        "CLIENT_ABORT,         SENT,         false, 19, OUTPACED",
        "CLIENT_ABORT,         SENT,         false, 20, SILENT",
        "CLIENT_ABORT,         INTERIM,      false, 99, NEUTRAL",
        "CLIENT_ABORT,         ANSWERED,     false, 99, NEUTRAL",
        // the time of the whole request
        "CONNECT_TIMEOUT,      NOTHING_SENT, true,   9, NEUTRAL",
        "CONNECT_TIMEOUT,      NOTHING_SENT, true,  10, SILENT",
        "DNS_ERROR,            NOTHING_SENT, true,   9, NEUTRAL",
        "RESPONSE_TIMEOUT,     SENT,         true,  -1, NEUTRAL",
        "RESPONSE_TIMEOUT,     SENT,         true,  19, OUTPACED",
        "RESPONSE_TIMEOUT,     SENT,         true,  20, SILENT",
    })
    void says(Reason reason, Progress progress, boolean late, long waited, Outcome outcome) {
        assertThat(Blame.of(reason, progress, late, waited, 20)).isEqualTo(outcome);
    }
}
