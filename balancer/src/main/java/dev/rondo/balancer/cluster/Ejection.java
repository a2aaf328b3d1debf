package dev.rondo.balancer.cluster;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a backend stands with passive ejection. Immutable; each state knows the states that follow it:
 *
 * <pre>
 * In ── too many failures, or far worse than the pool, or Retry-After ──▶ Out ── its time is over ──▶ Probation
 *  ▲                                                                       ▲                          │     │
 *  │                                                                       └──── the trial fails ─────┘     │
 *  └────────────────────────────────── the trial succeeds ──────────────────────────────────────────────────┘
 * </pre>
 *
 * From Out and Probation back to In, too, where active checks had found it down and find it up again: what it was benched for
 * was before that. And from Out where somebody has found that nobody listens there, and checks pass again: who listens now is
 * another process.
 */
public sealed interface Ejection {
    /** Why it is in service after {@link #recovered}. */
    String RECOVERED = "its checks had failed and pass again";

    /** Why it is in service after {@link Out#seen}. */
    String RETURNED = "it was gone, and its checks pass again";

    /** Why a backend was benched, as metrics show it. */
    enum Cause {
        CONSECUTIVE_FAILURES,
        SUCCESS_RATE,
        LATENCY,
        /** It has said itself when it is to be asked again. */
        RETRY_AFTER,
        /** Back from another ejection it has failed the first request. */
        TRIAL;

        private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');

        /** Lower case with hyphens. */
        public String word() {
            return word;
        }
    }

    /** {@code in}, {@code out} or {@code probation}. */
    String name();

    /** Why it stands so, for people; empty where nothing has ever been held against it. */
    String reason();

    /** What that means for a backend that is up otherwise. */
    BackendState state();

    /** Whether it may get a request now. */
    boolean mayPick(long now);

    /** In service again, as active checks say; what was before counts for the next ejection. */
    In recovered(long now);

    /** In service. */
    record In(Past past, long sinceNanos, String reason) implements Ejection {
        static final In FRESH = new In(Past.NONE, 0, "");

        @Override
        public String name() {
            return "in";
        }

        @Override
        public BackendState state() {
            return BackendState.UP;
        }

        @Override
        public boolean mayPick(long now) {
            return true;
        }

        @Override
        public In recovered(long now) {
            return this;
        }

        Out ejected(Cause cause, String why, long now, OutlierTerms terms) {
            return Out.ejected(past.forgiven(now - sinceNanos, terms), cause, why, now, terms);
        }

        Out asked(long nanos, long now, OutlierTerms terms) {
            return Out.asked(past.forgiven(now - sinceNanos, terms), nanos, now);
        }
    }

    /**
     * Benched until {@code untilNanos}.
     *
     * @param gone whether nobody listened there, as one of the failures in a row or, since then, a request or a check has found
     * @param passes checks in a row that have passed since then
     */
    record Out(Past past, long untilNanos, Cause cause, String reason, boolean gone, int passes) implements Ejection {
        /** One more ejection, for longer than the one before. */
        static Out ejected(Past past, Cause cause, String why, long now, OutlierTerms terms) {
            Past more = past.ejected(terms);
            long nanos = terms.ejectionNanos(more.timesEjected());
            return new Out(more, now + nanos, cause, why + ": out for " + text(nanos), false, 0);
        }

        /** It has said when to come back, which is no ejection and makes none longer. */
        static Out asked(Past past, long nanos, long now) {
            return new Out(
                    past,
                    now + nanos,
                    Cause.RETRY_AFTER,
                    "its 503 had a Retry-After: out for " + text(nanos),
                    false,
                    0);
        }

        /** Nobody listens there. */
        Out deserted() {
            return with(true, 0);
        }

        /**
         * After one more active check.
         *
         * @param rise passes in a row that bring back who was gone
         */
        Ejection seen(Sight sight, int rise, long now) {
            return switch (sight) {
                case GONE -> deserted();
                case UNWELL -> with(gone, 0);
                case WELL -> gone && passes + 1 >= rise ? new In(past, now, RETURNED) : with(gone, passes + 1);
            };
        }

        private Out with(boolean wasGone, int inARow) {
            int counted = wasGone ? inARow : 0;
            return wasGone == gone && counted == passes
                    ? this
                    : new Out(past, untilNanos, cause, reason, wasGone, counted);
        }

        /** How many ejections there were in a row, this one included unless it has asked for it: 0 where there was no other. */
        public int times() {
            return past.timesEjected();
        }

        @Override
        public String name() {
            return "out";
        }

        @Override
        public BackendState state() {
            return BackendState.EJECTED;
        }

        @Override
        public boolean mayPick(long now) {
            return false;
        }

        @Override
        public In recovered(long now) {
            return new In(past, now, RECOVERED);
        }

        boolean isOver(long now) {
            return now - untilNanos >= 0;
        }

        Probation over() {
            return new Probation(past, null);
        }

        private static String text(long nanos) {
            return Duration.ofNanos(nanos).toString().substring(2).toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One request at a time, until one has succeeded or failed.
     *
     * @param trial the request that is out; null where none is
     */
    record Probation(Past past, @Nullable Ticket trial) implements Ejection {
        @Override
        public String name() {
            return "probation";
        }

        @Override
        public BackendState state() {
            return BackendState.PROBATION;
        }

        @Override
        public String reason() {
            return "its time is over: one request at a time until one succeeds";
        }

        @Override
        public boolean mayPick(long now) {
            return trial == null || !trial.holds(now);
        }

        @Override
        public In recovered(long now) {
            return new In(past, now, RECOVERED);
        }

        boolean isOn(Ticket ticket) {
            return trial == ticket;
        }

        Probation begun(Ticket ticket) {
            return new Probation(past, ticket);
        }

        Probation freed() {
            return new Probation(past, null);
        }

        In passed(long now) {
            return new In(past, now, "its trial succeeded");
        }

        Out failed(long now, OutlierTerms terms) {
            return Out.ejected(past, Cause.TRIAL, "its trial failed", now, terms);
        }

        Out asked(long nanos, long now) {
            return Out.asked(past, nanos, now);
        }
    }
}
