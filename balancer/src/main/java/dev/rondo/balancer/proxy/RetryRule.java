package dev.rondo.balancer.proxy;

import dev.rondo.balancer.config.RetryOn;
import dev.rondo.balancer.http.Method;
import dev.rondo.balancer.proxy.Failure.Progress;
import dev.rondo.balancer.telemetry.Reason;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request is sent once more after a failure: the one place that decides it. What had no effect may be repeated for
 * any method; what may have had one only where twice means the same as once (RFC 9110 §9.2.2), and as long as the client has
 * heard nothing and all of the body can be sent again.
 *
 * @param on failures after which another backend is asked
 * @param attempts how often another backend is asked for one request; 0 for never
 */
record RetryRule(Set<RetryOn> on, int attempts) {
    RetryRule {
        on = Set.copyOf(on);
        if (attempts < 0) throw new IllegalArgumentException("attempts: " + attempts + " is less than 0");
    }

    /**
     * How an attempt failed.
     *
     * @param what null where that was not a failure of a backend
     * @param progress how far the request had got there
     * @param relayed whether a final answer, or some of it, has gone to the client
     * @param stale whether it met a kept connection that turned out to be closed
     */
    record Ending(@Nullable RetryOn what, Progress progress, boolean relayed, boolean stale) {
        /**
         * Reads it from what the relay knows.
         *
         * @param status the backend's, 0 where none came; counts where {@code reason} is OK
         * @param reused whether the connection was a kept one
         */
        static Ending of(Reason reason, Progress progress, int status, boolean relayed, boolean reused) {
            boolean closed = reason == Reason.UPSTREAM_RESET || reason == Reason.STALE_CONNECTION;
            return new Ending(
                    what(reason, progress, status),
                    progress,
                    relayed,
                    reused && closed && (progress == Progress.NOTHING_SENT || progress == Progress.SENT));
        }

        private static @Nullable RetryOn what(Reason reason, Progress progress, int status) {
            boolean nothingSent = progress == Progress.NOTHING_SENT;
            return switch (reason) {
                case DNS_ERROR, CONNECT_REFUSED, CONNECT_TIMEOUT, CONNECT_FAILED, NO_SOCKET ->
                    nothingSent ? RetryOn.CONNECT_FAILURE : RetryOn.RESET;
                case UPSTREAM_RESET, STALE_CONNECTION -> nothingSent ? RetryOn.RESET_BEFORE_REQUEST : RetryOn.RESET;
                case BAD_RESPONSE, RESPONSE_TRUNCATED -> RetryOn.RESET; // it has begun: never repeated
                case RESPONSE_TIMEOUT, RESPONSE_BODY_TIMEOUT -> RetryOn.TIMEOUT;
                case OK -> isGatewayError(status) ? RetryOn.GATEWAY_ERROR : null;
                case OUTPACED,
                        BAD_REQUEST,
                        REQUEST_HEAD_TIMEOUT,
                        REQUEST_BODY_TIMEOUT,
                        HEAD_TOO_LARGE,
                        TARGET_TOO_LONG,
                        BODY_TOO_LARGE,
                        UNSUPPORTED_VERSION,
                        UNSUPPORTED_METHOD,
                        EXPECTATION_FAILED,
                        UNSUPPORTED_CODING,
                        CLIENT_ABORT,
                        TOO_MANY_CONNECTIONS,
                        NO_ROUTE,
                        NO_HEALTHY_BACKEND,
                        QUEUE_FULL,
                        QUEUE_TIMEOUT,
                        OVERLOADED,
                        DRAINING,
                        INTERNAL_ERROR -> null;
            };
        }
    }

    /** Whether a backend's status tells that it could not serve, rather than what it thinks of the request. */
    static boolean isGatewayError(int status) {
        return status >= 502 && status <= 504;
    }

    /** What there is of the request's body. */
    enum Body {
        /** The request has none. */
        NONE,
        /** Not a byte of it was taken from the client. */
        NOT_BEGUN,
        /** All that was taken is still here; the rest comes from the client. */
        HELD,
        /** Some that was taken is not here any more. */
        GONE
    }

    /**
     * What would be repeated.
     *
     * @param method null where Rondo does not know it
     * @param keyed whether it has an {@code Idempotency-Key}
     */
    record Request(@Nullable Method method, boolean keyed, Body body) {
        /** Whether sending it twice means the same as once: it stays so for the whole exchange. */
        boolean isSafe() {
            return keyed || (method != null && method.isIdempotent());
        }
    }

    /** Who is left to be asked. */
    enum Others {
        /** A backend that has not been asked for this request, and has room for it. */
        UNTRIED,
        /** Such a backend, as soon as it has room, or beside the request that tries it. */
        FULL,
        /** Only such as have been, and such as their own answers keep out of rotation. */
        BENCHED,
        /** Only such as have been. */
        TRIED,
        /** Nobody. */
        NONE
    }

    /**
     * What another attempt can hope for.
     *
     * @param awaited whether the client still waits, and has done nothing wrong
     * @param inTime whether the time for the whole request is not over
     * @param repeats how often another backend has been asked; repeats on a fresh connection do not count
     */
    record Prospect(boolean awaited, boolean inTime, int repeats, Others others) {}

    /** The answer, and for the ledger why not. */
    enum Verdict {
        /** Ask the next backend. Where this one may have begun, one of the budget has been taken. */
        REPEAT,
        /** Ask the same backend on a connection that is new. Costs neither an attempt nor budget. */
        REPEAT_FRESH,
        /** Nobody waits, or the client is at fault. */
        CLIENT_GONE,
        /** No backend failed. */
        NOT_A_BACKEND_FAILURE,
        /** The client has got some of an answer, or the backend has sent some of one before it failed. */
        ANSWER_BEGUN,
        /** {@code retry.on} leaves this failure out, or {@code retry.attempts} is 0. */
        NOT_CONFIGURED,
        /** It may have been done already, and twice would not be the same as once. */
        NOT_SAFE,
        /** The body was longer than {@code retry.replay-buffer}. */
        BODY_GONE,
        /** As often as {@code retry.attempts} allows already. */
        NO_ATTEMPTS_LEFT,
        /** {@code timeouts.request} is over. */
        DEADLINE,
        /** Nobody else can be asked. */
        NO_BACKEND_LEFT,
        /** Too many requests of the pool are repeats already. */
        BUDGET_EXHAUSTED;

        private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');

        /** Lower case with hyphens, such as {@code body-gone}. */
        String word() {
            return word;
        }
    }

    /**
     * Decides. Where several things stand against it, the verdict names the first in the order of {@link Verdict}.
     *
     * @param budget takes one of the pool's budget; asked last and at most once, only where nothing else stands against it and the backend may
     *     have begun to serve the request
     */
    Verdict judge(Ending ending, Request request, Prospect prospect, BooleanSupplier budget) {
        RetryOn what = ending.what();
        if (!prospect.awaited()) return Verdict.CLIENT_GONE;
        if (what == null) return Verdict.NOT_A_BACKEND_FAILURE;
        if (ending.relayed() || (ending.progress() == Progress.ANSWERED && what != RetryOn.GATEWAY_ERROR)) {
            return Verdict.ANSWER_BEGUN;
        }
        boolean harmless = request.isSafe() || hadNoEffect(what);
        boolean whole = request.body() != Body.GONE;
        if (ending.stale() && harmless && whole && prospect.inTime()) return Verdict.REPEAT_FRESH;

        if (attempts == 0 || !on.contains(what)) return Verdict.NOT_CONFIGURED;
        if (!harmless) return Verdict.NOT_SAFE;
        if (!whole) return Verdict.BODY_GONE;
        if (prospect.repeats() >= attempts) return Verdict.NO_ATTEMPTS_LEFT;
        if (!prospect.inTime()) return Verdict.DEADLINE;
        boolean somebody =
                switch (prospect.others()) {
                    case UNTRIED -> true;
                    // what is here already is better than a wait that may end without any answer
                    case FULL -> what != RetryOn.GATEWAY_ERROR;
                    // in this request's view all are down: as in a panic, those are better than nobody
                    case BENCHED -> what == RetryOn.CONNECT_FAILURE || isOfTheConnection(what);
                    case TRIED -> isOfTheConnection(what);
                    case NONE -> false;
                };
        if (!somebody) return Verdict.NO_BACKEND_LEFT;
        // who was not reached was not loaded: where a backend dies under load, all its requests go elsewhere
        return hadNoEffect(what) || budget.getAsBoolean() ? Verdict.REPEAT : Verdict.BUDGET_EXHAUSTED;
    }

    /** Whether it is certain that the backend has not begun to serve the request. */
    private static boolean hadNoEffect(RetryOn what) {
        return switch (what) {
            case CONNECT_FAILURE, REFUSED_STREAM, RESET_BEFORE_REQUEST -> true;
            case RESET, GATEWAY_ERROR, TIMEOUT -> false;
        };
    }

    /**
     * Whether it tells of one connection rather than of the backend. Then the same backend may be asked again where no other is
     * left; one that refuses, is too slow or says that it cannot serve would only be loaded more.
     */
    private static boolean isOfTheConnection(RetryOn what) {
        return switch (what) {
            case REFUSED_STREAM, RESET_BEFORE_REQUEST, RESET -> true;
            case CONNECT_FAILURE, GATEWAY_ERROR, TIMEOUT -> false;
        };
    }
}
