package dev.rondo.balancer.proxy;

import dev.rondo.balancer.cluster.Backend;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.http.Method;
import dev.rondo.balancer.proxy.Failure.Progress;
import dev.rondo.balancer.proxy.RetryRule.Body;
import dev.rondo.balancer.proxy.RetryRule.Ending;
import dev.rondo.balancer.proxy.RetryRule.Request;
import dev.rondo.balancer.telemetry.Reason;
import java.util.List;

/** The attempts of one request, for tests in other packages. */
public final class OpenAttempts {
    /** What is done after a failure. */
    public enum Next {
        ANOTHER_BACKEND,
        FRESH_CONNECTION,
        NOTHING
    }

    /** How far a request had got. */
    public enum Reached {
        NOTHING_SENT,
        SENT,
        ANSWERED
    }

    /**
     * A request.
     *
     * @param bodyGone whether some of its body is not here any more once it was sent
     */
    public record Sending(Method method, boolean keyed, boolean bodyGone) {
        /** Whether sending it twice means the same as once. */
        public boolean isSafe() {
            return keyed || method.isIdempotent();
        }
    }

    /**
     * How an attempt ended.
     *
     * @param status of the answer, 0 where none came
     * @param reused whether its connection had been used before
     */
    public record Ended(Reason reason, Reached reached, int status, boolean reused) {}

    private final Attempts attempts;

    /** @param now nanoseconds of the ticker */
    public OpenAttempts(Pool pool, long now) {
        this.attempts = new Attempts(pool, now);
    }

    /** As {@link Attempts#tried}. */
    public List<Backend> tried() {
        return attempts.tried();
    }

    /** As {@link Attempts#within}. */
    public long within(long limit, long now) {
        return attempts.within(limit, now);
    }

    /** As {@link Attempts#judge}. */
    public Next judge(Backend backend, Ended ended, Sending request, boolean awaited, long now) {
        Progress progress =
                switch (ended.reached()) {
                    case NOTHING_SENT -> Progress.NOTHING_SENT;
                    case SENT -> Progress.SENT;
                    case ANSWERED -> Progress.ANSWERED;
                };
        Ending ending = Ending.of(ended.reason(), progress, ended.status(), false, ended.reused());
        Body body = request.bodyGone() && ended.reached() != Reached.NOTHING_SENT ? Body.GONE : Body.HELD;
        return switch (attempts.judge(
                backend, ending, new Request(request.method(), request.keyed(), body), awaited, now)) {
            case REPEAT -> Next.ANOTHER_BACKEND;
            case REPEAT_FRESH -> Next.FRESH_CONNECTION;
            default -> Next.NOTHING;
        };
    }

    /** As {@link Attempts#repeats}. */
    public int repeats() {
        return attempts.repeats();
    }

    /** As {@link Attempts#end}. */
    public void end() {
        attempts.end();
    }
}
