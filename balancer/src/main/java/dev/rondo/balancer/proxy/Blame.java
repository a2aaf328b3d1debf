package dev.rondo.balancer.proxy;

import dev.rondo.balancer.cluster.Outcome;
import dev.rondo.balancer.proxy.Failure.Progress;
import dev.rondo.balancer.telemetry.Reason;

/** What an attempt that came to nothing says of its backend. Pure. */
final class Blame {
    /** That it does not have all of the request yet. */
    static final long NOT_ITS_TURN = -1;

    private Blame() {}

    /**
     * Decides. Where somebody else's patience was over, that of the client or {@code timeouts.request}, a backend is held only to
     * the time that it has had: clients that leave at once, or take long to send, say nothing of it.
     *
     * @param late whether the time for the whole request was over
     * @param waited nanoseconds in which the backend was waited for: since it had all of the request, or since the attempt began
     *     where nothing was sent; {@link #NOT_ITS_TURN}
     * @param telling nanoseconds of silence that say something
     */
    static Outcome of(Reason reason, Progress progress, boolean late, long waited, long telling) {
        if (reason == Reason.OUTPACED) return Outcome.OUTPACED;
        boolean cutShort = reason == Reason.CLIENT_ABORT || (late && isTimeout(reason));
        if (reason == Reason.CONNECT_REFUSED) return Outcome.REFUSED;
        if (!cutShort) return isBackends(reason) ? Outcome.FAILED : Outcome.NEUTRAL;
        return switch (progress) {
            // a connection has half of its time at least, where that is what the whole request has
            case NOTHING_SENT -> isBackends(reason) && waited >= telling / 2 ? Outcome.SILENT : Outcome.NEUTRAL;
            case SENT ->
                waited == NOT_ITS_TURN ? Outcome.NEUTRAL : waited >= telling ? Outcome.SILENT : Outcome.OUTPACED;
            case INTERIM, ANSWERED -> Outcome.NEUTRAL;
        };
    }

    private static boolean isTimeout(Reason reason) {
        return reason == Reason.RESPONSE_TIMEOUT || reason == Reason.CONNECT_TIMEOUT || reason == Reason.DNS_ERROR;
    }

    private static boolean isBackends(Reason reason) {
        return reason.party() == Reason.Party.UPSTREAM && reason != Reason.STALE_CONNECTION;
    }
}
