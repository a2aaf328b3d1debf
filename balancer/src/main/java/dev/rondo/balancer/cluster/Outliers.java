package dev.rondo.balancer.cluster;

import dev.rondo.balancer.cluster.Ejection.Cause;
import dev.rondo.balancer.cluster.Ejection.In;
import dev.rondo.balancer.cluster.Ejection.Out;
import dev.rondo.balancer.cluster.Ejection.Probation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Passive ejection in one pool: takes out of rotation who fails where others do not, and tries it again later. It has no
 * clock and no threads; the pool, which keeps it over a reload, uses it so:
 *
 * <ul>
 *   <li>{@link #add} and {@link #forget} as backends come and go, {@link #replaceTerms} and a {@link #tick} on reload;
 *   <li>for each attempt: {@link #mayPick} in the picker's filter, then {@link #begin} for the one picked, and
 *       {@link #onResult} once with the ticket. Report as soon as the response's head has come or the attempt has
 *       failed: a trial that is a download must not keep its backend on probation until the last byte. Once more with
 *       {@link Outcome#CUT} where the answer breaks off later: that ejects by a count of its own, which heads do not clear;
 *   <li>{@link #tick} every now and then: an ejection ends with the first one after its time is over;
 *   <li>{@link #compare} once an interval;
 *   <li>{@link #seen} for each active check, and {@link #recovered} where those have found it down and up again.
 * </ul>
 *
 * Each transition that is returned has happened: build the next snapshot from {@link #state}, after having read the
 * snapshot that it replaces.
 *
 * <p>May be called from any thread and never waits. An attempt that succeeds reads two shared fields and writes none.
 * Nobody is benched when the pool's share is used up or no other backend is both {@link In} and serving.
 */
final class Outliers {
    private final AtomicReference<Roll> roll = new AtomicReference<>(Roll.EMPTY);
    private final BiConsumer<Passive, Out> benched;
    private volatile OutlierTerms terms;

    Outliers(OutlierTerms terms) {
        this(terms, (_, _) -> {});
    }

    /** @param benched told of each ejection, on the thread that made it; must not wait */
    Outliers(OutlierTerms terms, BiConsumer<Passive, Out> benched) {
        this.terms = terms;
        this.benched = benched;
    }

    /** From now on these hold. An ejection that is under way keeps its length. */
    void replaceTerms(OutlierTerms terms) {
        this.terms = terms;
    }

    /** A backend has joined the pool. */
    Passive add(Passive joined) {
        roll.updateAndGet(all -> all.with(joined, In.FRESH));
        return joined;
    }

    /** A backend has left the pool; what still ends there changes nothing. */
    void forget(Passive who) {
        roll.updateAndGet(all -> all.without(who));
    }

    /** How it stands. */
    Ejection state(Passive who) {
        return roll.get().of(who);
    }

    /** Whether it may get a request now. Another may be faster: {@link #begin} decides. */
    boolean mayPick(Passive who, long now) {
        Roll all = roll.get();
        return all.benched() == 0 || all.of(who).mayPick(now);
    }

    /**
     * An attempt is to be made. In a panic take {@link Ticket#PLAIN} where this gives null.
     *
     * @return null where it may get no request now
     */
    @Nullable
    Ticket begin(Passive who, long now) {
        if (roll.get().benched() == 0) return Ticket.PLAIN;
        Ticket trial = new Ticket(now + terms.baseEjectionNanos());
        while (true) {
            Roll all = roll.get();
            Ejection state = all.of(who);
            if (!state.mayPick(now)) return null;
            if (!(state instanceof Probation probation)) return Ticket.PLAIN;
            if (roll.compareAndSet(all, all.with(who, probation.begun(trial)))) return trial;
        }
    }

    /**
     * An attempt has ended.
     *
     * @param ticket what {@link #begin} gave it
     * @param retryAfterSeconds of a 503 that failed; 0 where there was none
     */
    @Nullable
    Transition onResult(Passive who, Ticket ticket, Outcome outcome, long retryAfterSeconds, long now) {
        return switch (outcome) {
            case OK -> succeeded(who, ticket, now);
            case FAILED, SILENT -> failed(who, ticket, retryAfterSeconds, now);
            case REFUSED -> refused(who, ticket, now);
            case CUT -> cut(who, now);
            case OUTPACED, NEUTRAL -> ended(who, ticket, now, Probation::freed);
        };
    }

    private @Nullable Transition succeeded(Passive who, Ticket ticket, long now) {
        who.answered(now);
        return ended(who, ticket, now, trial -> trial.passed(now));
    }

    private @Nullable Transition failed(Passive who, Ticket ticket, long retryAfterSeconds, long now) {
        OutlierTerms terms = this.terms;
        if (!terms.enabled()) return ended(who, ticket, now, Probation::freed);
        long bench = terms.benchNanos(retryAfterSeconds);
        if (!(state(who) instanceof In))
            return ended(who, ticket, now, trial -> bench > 0 ? trial.asked(bench, now) : trial.failed(now, terms));
        int failures = who.failed();
        return bench > 0 ? out(who, now, terms, in -> in.asked(bench, now, terms)) : row(who, failures, now, terms);
    }

    private @Nullable Transition refused(Passive who, Ticket ticket, long now) {
        OutlierTerms terms = this.terms;
        if (!terms.enabled()) return ended(who, ticket, now, Probation::freed);
        if (state(who) instanceof In) {
            Transition change = row(who, who.refused(), now, terms);
            if (change != null || state(who) instanceof In) return change;
            // somebody else's failure has benched it meanwhile
        }
        var unused = change(who, now, (state, all) -> state instanceof Out out ? out.deserted() : null);
        return ended(who, ticket, now, trial -> trial.failed(now, terms).deserted());
    }

    private @Nullable Transition row(Passive who, int failures, long now, OutlierTerms terms) {
        if (terms.consecutiveFailures() == 0 || failures < terms.consecutiveFailures()) return null;
        return out(who, now, terms, in -> {
            Out out = in.ejected(Cause.CONSECUTIVE_FAILURES, failures + " failures in a row", now, terms);
            return who.wasRefused() ? out.deserted() : out;
        });
    }

    /**
     * Who was ejected for this and is back by the head of an answer has its count still: the next cut ejects it again, and a whole
     * answer clears it.
     */
    private @Nullable Transition cut(Passive who, long now) {
        OutlierTerms terms = this.terms;
        if (!terms.enabled() || !(state(who) instanceof In)) return null;
        int cuts = who.cut();
        if (terms.consecutiveFailures() == 0 || cuts < terms.consecutiveFailures()) return null;
        return ejected(who, Cause.CONSECUTIVE_FAILURES, cuts + " answers cut off in a row", now, terms);
    }

    private @Nullable Transition ejected(Passive who, Cause cause, String why, long now, OutlierTerms terms) {
        return out(who, now, terms, in -> in.ejected(cause, why, now, terms));
    }

    /** Does nothing unless it is in service and the pool can spare it. */
    private @Nullable Transition out(Passive who, long now, OutlierTerms terms, Function<In, Out> step) {
        return change(
                who, now, (state, all) -> state instanceof In in && all.canSpare(who, terms) ? step.apply(in) : null);
    }

    /** The attempt with this ticket is over; does nothing unless it is the trial of a probation that goes on. */
    private @Nullable Transition ended(Passive who, Ticket ticket, long now, Function<Probation, Ejection> verdict) {
        if (ticket == Ticket.PLAIN) return null;
        return change(
                who,
                now,
                (state, all) -> state instanceof Probation probation && probation.isOn(ticket)
                        ? verdict.apply(probation)
                        : null);
    }

    /** Active checks had found it down and find it up again: it is in service, however long it was to be out. */
    @Nullable
    Transition recovered(Passive who, long now) {
        who.whole();
        return change(who, now, (state, all) -> state instanceof In ? null : state.recovered(now));
    }

    /**
     * An active check has ended, of whatever the requests ask. Who is benched and was gone is in service again after {@code rise}
     * passes: what it was benched for was another process.
     */
    @Nullable
    Transition seen(Passive who, Sight sight, int rise, long now) {
        if (roll.get().benched() == 0) return null;
        Transition back =
                change(who, now, (state, all) -> state instanceof Out out ? out.seen(sight, rise, now) : null);
        if (back != null) who.whole();
        return back;
    }

    /** Puts those on probation whose time is over. */
    List<Transition> tick(long now) {
        boolean enabled = terms.enabled();
        List<Transition> changes = new ArrayList<>();
        for (Passive who : roll.get().states().keySet()) {
            Transition change = change(who, now, (state, all) -> {
                if (!enabled) return state instanceof In ? null : new In(Past.NONE, now, "outlier detection is off");
                return state instanceof Out out && out.isOver(now) ? out.over() : null;
            });
            if (change != null) changes.add(change);
        }
        return changes;
    }

    /** Ejects those who did far worse than the pool between two samples, the worst first, see {@link Comparison}. */
    List<Transition> compare(Map<Passive, Totals> before, Map<Passive, Totals> after, long now) {
        OutlierTerms terms = this.terms;
        List<Transition> changes = new ArrayList<>();
        if (!terms.enabled()) return changes;
        for (Comparison.Suspect<Passive> suspect : Comparison.suspects(before, after, terms)) {
            Transition change = ejected(suspect.who(), suspect.cause(), suspect.reason(), now, terms);
            if (change != null) changes.add(change);
        }
        return changes;
    }

    /**
     * The one place where a state follows another.
     *
     * @param step from the state it is in and the whole roll to the next; null or the same: it stays. May run more than once
     */
    private @Nullable Transition change(Passive who, long now, BiFunction<Ejection, Roll, @Nullable Ejection> step) {
        while (true) {
            Roll all = roll.get();
            Ejection from = all.of(who);
            Ejection to = step.apply(from, all);
            if (to == null || to == from || !all.states().containsKey(who)) return null;
            if (!roll.compareAndSet(all, all.with(who, to))) continue;
            if (to instanceof In) who.forgive();
            if (from.name().equals(to.name())) return null;
            if (to instanceof Out out) benched.accept(who, out);
            return new Transition(who.backend(), from.name(), to.name(), to.reason(), now);
        }
    }
}
