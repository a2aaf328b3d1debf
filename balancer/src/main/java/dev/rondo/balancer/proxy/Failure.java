package dev.rondo.balancer.proxy;

import dev.rondo.balancer.http.BadMessage;
import dev.rondo.balancer.telemetry.Reason;

/**
 * Why an attempt or an exchange came to nothing. It knows who failed (its reason's party) and whether another attempt is
 * safe. Carries no stack trace: it is an outcome, not a surprise.
 */
final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    /** How far a request had got at a backend when its attempt failed. */
    enum Progress {
        /** Not a byte was sent: repeating is safe for any method. */
        NOTHING_SENT,
        /** Some or all of it was sent, and no answer has begun. */
        SENT,
        /**
         * An interim answer has come, and nothing of a final one. That has not begun then (RFC 9110 §15.2): a client reads as many
         * interim answers as come, whoever they are from, and the request may be repeated where twice means the same as once.
         */
        INTERIM,
        /** A final answer has begun: nothing can be repeated. */
        ANSWERED
    }

    private final Reason reason;
    private final Progress progress;

    Failure(Reason reason, Progress progress, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
        this.progress = progress;
    }

    /** A failure before any backend was asked. */
    static Failure early(Reason reason, String detail) {
        return new Failure(reason, Progress.NOTHING_SENT, detail);
    }

    /** What a client sent breaks a rule. */
    static Failure ofRequest(BadMessage bad) {
        Reason reason =
                switch (bad.fault()) {
                    case MALFORMED -> Reason.BAD_REQUEST;
                    case HEAD_TOO_LARGE -> Reason.HEAD_TOO_LARGE;
                    case TARGET_TOO_LONG -> Reason.TARGET_TOO_LONG;
                    case UNSUPPORTED_VERSION -> Reason.UNSUPPORTED_VERSION;
                    case UNSUPPORTED_METHOD -> Reason.UNSUPPORTED_METHOD;
                    case UNSUPPORTED_CODING -> Reason.UNSUPPORTED_CODING;
                    case UNKNOWN_EXPECTATION -> Reason.EXPECTATION_FAILED;
                };
        return early(reason, String.valueOf(bad.getMessage()));
    }

    /** What a backend sent breaks a rule. */
    static Failure ofAnswer(BadMessage bad) {
        return new Failure(Reason.BAD_RESPONSE, Progress.ANSWERED, String.valueOf(bad.getMessage()));
    }

    /** The second attempt of the request has an answer. */
    static Failure outpaced() {
        return new Failure(Reason.OUTPACED, Progress.SENT, "another attempt was faster");
    }

    Reason reason() {
        return reason;
    }

    Progress progress() {
        return progress;
    }
}
