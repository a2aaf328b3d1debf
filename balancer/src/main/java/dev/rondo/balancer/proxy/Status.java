package dev.rondo.balancer.proxy;

import dev.rondo.balancer.telemetry.Reason;

/** The one place that maps reasons to what a client is told: statuses of RFC 9110 §15, error types of RFC 9209 §2.3. */
final class Status {
    private Status() {}

    /** The status of an answer of our own; 499 is only logged, nobody is there to read it. */
    static int of(Reason reason) {
        return switch (reason) {
            case OK, OUTPACED -> 200;
            case BAD_REQUEST -> 400;
            case NO_ROUTE -> 404;
            case REQUEST_HEAD_TIMEOUT, REQUEST_BODY_TIMEOUT -> 408;
            case BODY_TOO_LARGE -> 413;
            case TARGET_TOO_LONG -> 414;
            case EXPECTATION_FAILED -> 417;
            case TOO_MANY_CONNECTIONS -> 429;
            case HEAD_TOO_LARGE -> 431;
            case CLIENT_ABORT -> 499;
            case INTERNAL_ERROR -> 500;
            case UNSUPPORTED_METHOD, UNSUPPORTED_CODING -> 501;
            case DNS_ERROR,
                    CONNECT_REFUSED,
                    CONNECT_FAILED,
                    UPSTREAM_RESET,
                    STALE_CONNECTION,
                    BAD_RESPONSE,
                    RESPONSE_TRUNCATED -> 502;
            case NO_HEALTHY_BACKEND, QUEUE_FULL, QUEUE_TIMEOUT, OVERLOADED, DRAINING, NO_SOCKET -> 503;
            case CONNECT_TIMEOUT, RESPONSE_TIMEOUT, RESPONSE_BODY_TIMEOUT -> 504;
            case UNSUPPORTED_VERSION -> 505;
        };
    }

    static String phrase(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 408 -> "Request Timeout";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 417 -> "Expectation Failed";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            default -> throw new IllegalArgumentException("no phrase for " + status);
        };
    }

    static String proxyErrorType(Reason reason) {
        return switch (reason) {
            case DNS_ERROR -> "dns_error";
            case CONNECT_REFUSED -> "connection_refused";
            case CONNECT_TIMEOUT -> "connection_timeout";
            case CONNECT_FAILED -> "destination_ip_unroutable";
            case UPSTREAM_RESET, STALE_CONNECTION -> "connection_terminated";
            case RESPONSE_TIMEOUT, RESPONSE_BODY_TIMEOUT -> "http_response_timeout";
            case BAD_RESPONSE -> "http_protocol_error";
            case RESPONSE_TRUNCATED -> "http_response_incomplete";
            case NO_ROUTE -> "destination_not_found";
            case NO_HEALTHY_BACKEND, DRAINING -> "destination_unavailable";
            case QUEUE_FULL, QUEUE_TIMEOUT, OVERLOADED, NO_SOCKET -> "connection_limit_reached";
            case OK, OUTPACED, INTERNAL_ERROR -> "proxy_internal_error";
            default -> "http_request_error";
        };
    }
}
