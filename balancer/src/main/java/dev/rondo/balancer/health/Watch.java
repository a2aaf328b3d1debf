package dev.rondo.balancer.health;

import dev.rondo.balancer.wire.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The checks of one backend, one after the other. Its monitor guards all that changes; a check runs outside of it on a virtual
 * thread of its own, of which there is one at most. The alarm at the deadline interrupts it; should even that not end it, it is
 * given up {@link #GRACE} later, so that whatever a check does, a backend's standing follows.
 */
final class Watch {
    private static final System.Logger LOG = System.getLogger(Watch.class.getName());
    private static final long GRACE = TimeUnit.SECONDS.toNanos(1);

    /** What watches have in common; {@code random} is asked with its monitor held. */
    record Means(Ticker ticker, RandomGenerator random, Alarms alarms, Verdicts verdicts) {
        long first(Schedule schedule) {
            long now = ticker.nanos();
            synchronized (random) {
                return schedule.first(now, random) - now;
            }
        }

        long next(Schedule schedule, long begun) {
            long now = ticker.nanos();
            synchronized (random) {
                return schedule.next(begun, now, random) - now;
            }
        }
    }

    private final Means means;
    private final Tally tally;
    private final String backend;
    private PoolChecks checks;
    private Place place;
    private CheckState state;
    private BackendCheck.@Nullable Last last;
    private @Nullable Thread running;
    private long begun;
    private Runnable alarm = () -> {};
    private long due; // of the next check, on the ticker; while none runs
    private boolean stopped;

    Watch(Means means, Tally tally, String backend, PoolChecks checks, Place place) {
        this.means = means;
        this.tally = tally;
        this.backend = backend;
        this.checks = checks;
        this.place = place;
        this.state = CheckState.initial(checks.rules().initial());
    }

    synchronized void start() {
        arm(means.first(checks.rules().schedule()));
    }

    private void arm(long nanos) {
        alarm.run();
        due = means.ticker().nanos() + nanos;
        alarm = means.alarms().in(nanos, this::begin);
    }

    /**
     * From the next check on, which comes sooner where the schedule says so now. A backend that is elsewhere now is another to its
     * checks: what was seen of the old place is void.
     */
    synchronized void update(PoolChecks newChecks, Place newPlace) {
        Schedule before = checks.rules().schedule();
        checks = newChecks;
        if (newPlace.equals(place)) {
            if (!newChecks.rules().schedule().equals(before))
                hasten(newChecks.rules().schedule());
            return;
        }
        place = newPlace;
        state = CheckState.initial(newChecks.rules().initial());
        last = null;
        if (running != null) running.interrupt();
        running = null; // its result is nobody's
        start();
    }

    /** Who is to be asked more often is not asked for the first time when the old interval is over. */
    private void hasten(Schedule schedule) {
        if (stopped || running != null) return; // the end of a check plans the next one
        long soonest = means.first(schedule); // where many are overdue now, they are spread as at the start
        long next = last == null ? soonest : Math.max(soonest, means.next(schedule, begun));
        if (next < due - means.ticker().nanos()) arm(next);
    }

    /** Ends everything; the check that runs, if one does, is interrupted and given back. */
    synchronized @Nullable Thread stop() {
        stopped = true;
        alarm.run();
        Thread thread = running;
        running = null;
        if (thread != null) thread.interrupt();
        return thread;
    }

    synchronized BackendCheck now() {
        return new BackendCheck(
                checks.pool(),
                backend,
                state,
                tally.passed().get(),
                tally.failed().get(),
                last);
    }

    /** Runs on the alarms' thread: a virtual thread started by a loop's would be the loop's. */
    private synchronized void begin() {
        if (stopped || running != null) return;
        Duration timeout = checks.rules().timeout();
        Deadline deadline = new Deadline(means.ticker(), timeout);
        Check check = checks.check();
        Place where = place;
        begun = means.ticker().nanos();
        Thread thread = Thread.ofVirtual()
                .name("rondo-check-" + checks.pool() + "/" + backend)
                .unstarted(() -> run(check, where, deadline));
        running = thread;
        alarm = means.alarms().in(timeout.toNanos(), () -> interrupt(thread, deadline));
        thread.start();
    }

    private void run(Check check, Place where, Deadline deadline) {
        CheckResult result = CheckResult.notMade("the check itself has failed; the log tells more");
        try {
            result = check.run(where, deadline);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a check of " + where + " has failed in an unforeseen way", e);
        } finally {
            end(Thread.currentThread(), result);
        }
    }

    private synchronized void interrupt(Thread thread, Deadline deadline) {
        if (running != thread) return;
        thread.interrupt();
        alarm = means.alarms().in(GRACE, () -> end(thread, deadline.missed()));
    }

    private void end(Thread thread, CheckResult result) {
        Consumer<Verdicts> verdict;
        synchronized (this) {
            if (running != thread) return;
            running = null;
            alarm.run();
            // no interrupt comes after this: what the verdict's taker does, such as to write to a log, must not be cut
            // short
            if (Thread.currentThread() == thread) Thread.interrupted();
            verdict = record(result);
        }
        try {
            verdict.accept(means.verdicts());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a verdict on " + backend + " was not taken", e);
        } finally {
            again();
        }
    }

    private Consumer<Verdicts> record(CheckResult result) {
        CheckState before = state;
        Rules rules = checks.rules();
        String pool = checks.pool();
        Place seen = place;
        Duration took = Duration.ofNanos(means.ticker().nanos() - begun);
        last = new BackendCheck.Last(result, means.ticker().millis(), took);
        tally.count(result.kind());
        CheckState after = before.after(result, rules.fall(), rules.rise());
        state = after;
        boolean changed = after.begun() && (!before.begun() || after.standing() != before.standing());
        return verdicts -> {
            if (changed) verdicts.checked(pool, backend, seen, after.standing() == Standing.UP, after.why());
            verdicts.made(pool, backend, seen, result.kind());
        };
    }

    /** After the verdict, so that the next one cannot overtake it. */
    private synchronized void again() {
        if (stopped || running != null) return;
        arm(means.next(checks.rules().schedule(), begun));
    }
}
