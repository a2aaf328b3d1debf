package dev.rondo.balancer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.http.BadMessage;
import dev.rondo.balancer.http.ByteSink;
import dev.rondo.balancer.telemetry.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables from what went wrong to what is said of it. */
class StatusTest {
    private static final byte[] DATE = "Mon, 23 Nov 2026 03:00:00 GMT".getBytes(StandardCharsets.US_ASCII);

    private static String answer(Reason reason, String id, boolean head, boolean close, String exposed) {
        ByteSink out = new ByteSink(16);
        int body = OwnAnswer.appendTo(out, reason, id, DATE, head, close, exposed);
        assertThat(out.toString().substring(out.toString().indexOf("\r\n\r\n") + 4))
                .hasSize(body);
        return out.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "BAD_REQUEST, 400",
        "NO_ROUTE, 404",
        "REQUEST_HEAD_TIMEOUT, 408",
        "REQUEST_BODY_TIMEOUT, 408",
        "BODY_TOO_LARGE, 413",
        "TARGET_TOO_LONG, 414",
        "EXPECTATION_FAILED, 417",
        "TOO_MANY_CONNECTIONS, 429",
        "HEAD_TOO_LARGE, 431",
        "CLIENT_ABORT, 499",
        "INTERNAL_ERROR, 500",
        "UNSUPPORTED_METHOD, 501",
        "UNSUPPORTED_CODING, 501",
        "DNS_ERROR, 502",
        "CONNECT_REFUSED, 502",
        "CONNECT_FAILED, 502",
        "UPSTREAM_RESET, 502",
        "STALE_CONNECTION, 502",
        "BAD_RESPONSE, 502",
        "RESPONSE_TRUNCATED, 502",
        "NO_HEALTHY_BACKEND, 503",
        "DRAINING, 503",
        "NO_SOCKET, 503",
        "CONNECT_TIMEOUT, 504",
        "RESPONSE_TIMEOUT, 504",
        "RESPONSE_BODY_TIMEOUT, 504",
        "UNSUPPORTED_VERSION, 505",
        "OK, 200"
    })
    void everyReasonHasItsStatus(Reason reason, int status) {
        assertThat(Status.of(reason)).isEqualTo(status);
    }

    /** Who is told of whose fault: 4xx is the client's or a missing route, 502 and 504 the backend's. */
    @ParameterizedTest
    @EnumSource(Reason.class)
    void theStatusTellsWhoseFaultItWas(Reason reason) {
        int status = Status.of(reason);
        switch (reason.party()) {
            case NONE -> assertThat(status).isEqualTo(200);
            case CLIENT ->
                assertThat(status == 501 || status == 505 || status / 100 == 4).isTrue();
            case UPSTREAM -> assertThat(status).isIn(502, 504);
            case RONDO -> assertThat(status).isIn(404, 500, 503);
        }
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void everyErrorTypeIsRegistered(Reason reason) {
        assertThat(Status.proxyErrorType(reason))
                .isIn( // RFC 9209 §2.3
                        "dns_timeout",
                        "dns_error",
                        "destination_not_found",
                        "destination_unavailable",
                        "destination_ip_prohibited",
                        "destination_ip_unroutable",
                        "connection_refused",
                        "connection_terminated",
                        "connection_timeout",
                        "connection_read_timeout",
                        "connection_write_timeout",
                        "connection_limit_reached",
                        "http_request_error",
                        "http_request_denied",
                        "http_response_incomplete",
                        "http_response_timeout",
                        "http_protocol_error",
                        "proxy_internal_response",
                        "proxy_internal_error");
    }

    @ParameterizedTest
    @EnumSource(value = Reason.class, mode = EnumSource.Mode.EXCLUDE, names = "CLIENT_ABORT")
    void anAnswerIsWholeAndNamesItsReason(Reason reason) {
        int status = Status.of(reason);
        String line = "Rondo: " + status + " " + Status.phrase(status) + ": " + reason.word() + " (request id)\n";
        assertThat(answer(reason, "id", false, true, ""))
                .isEqualTo("HTTP/1.1 " + status + " " + Status.phrase(status)
                        + "\r\nDate: Mon, 23 Nov 2026 03:00:00 GMT\r\nContent-Type: text/plain; charset=utf-8"
                        + "\r\nX-Content-Type-Options: nosniff\r\nContent-Length: " + line.length()
                        + (status == 503 ? "\r\nRetry-After: 1" : "") + "\r\nConnection: close\r\n\r\n" + line);
    }

    @Test
    void anAnswerToHeadHasNoBodyButItsLength() {
        String whole = answer(Reason.NO_ROUTE, "id", false, false, "");
        String head = answer(Reason.NO_ROUTE, "id", true, false, "");
        assertThat(whole).startsWith(head).doesNotContain("Connection:");
        assertThat(head).endsWith("\r\n\r\n");
    }

    @Test
    void theReasonIsExposedOnRequest() {
        assertThat(answer(Reason.DNS_ERROR, "id", false, false, "rondo"))
                .contains("\r\nProxy-Status: rondo; error=dns_error\r\n");
    }

    @Test
    void theIdOfAClientCannotForgeAnything() {
        assertThat(answer(Reason.NO_ROUTE, "a\r\nb <c>&\u00e9\0", false, false, ""))
                .endsWith("(request a??b??c????)\n");
    }

    @ParameterizedTest
    @EnumSource(BadMessage.Fault.class)
    void aBadMessageIsTheFaultOfItsSender(BadMessage.Fault fault) {
        BadMessage bad = new BadMessage(fault, "detail");
        Failure ofRequest = Failure.ofRequest(bad);
        assertThat(ofRequest.reason().party()).isEqualTo(Reason.Party.CLIENT);
        assertThat(ofRequest.progress()).isEqualTo(Failure.Progress.NOTHING_SENT);
        Failure ofAnswer = Failure.ofAnswer(bad);
        assertThat(ofAnswer.reason()).isEqualTo(Reason.BAD_RESPONSE);
        assertThat(ofAnswer.progress()).isEqualTo(Failure.Progress.ANSWERED);
        assertThat(ofAnswer.getStackTrace()).isEmpty();
    }

    @Test
    void differentFaultsOfARequestAreToldApart() {
        Set<Reason> reasons = new TreeSet<>();
        for (BadMessage.Fault fault : BadMessage.Fault.values()) {
            reasons.add(Failure.ofRequest(new BadMessage(fault, "")).reason());
        }
        assertThat(reasons).hasSize(BadMessage.Fault.values().length);
        assertThat(Arrays.stream(Failure.Progress.values())).hasSize(4);
    }
}
