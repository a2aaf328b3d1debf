package dev.rondo.balancer.simulation;

import dev.rondo.balancer.health.CheckResult;
import dev.rondo.balancer.proxy.OpenAttempts.Ended;
import dev.rondo.balancer.proxy.OpenAttempts.Reached;
import dev.rondo.balancer.telemetry.Reason;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** What really stands at an address. */
final class Origin {
    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

    /** How it behaves. */
    enum Mood {
        WELL,
        /** Nothing listens. */
        DEAD,
        /** It takes connections and requests, and says nothing. */
        HANGING,
        /** It breaks connections off. */
        RESETTING,
        /** It answers 503. */
        BUSY,
        /** It answers 503 and says when to come back. */
        RESTING,
        /** Half of what it gets fails somehow. */
        FLAKY,
        /** Its answers break off. */
        TRUNCATING
    }

    /**
     * What it does to one attempt.
     *
     * @param takes nanoseconds to the end of the attempt, or to the head of its answer; never where longer than any patience
     * @param retryAfter seconds that its answer asks for
     * @param bodyTakes nanoseconds from the head to the end of its answer
     * @param truncated whether that end comes too early
     */
    record Conduct(Ended ended, long takes, long retryAfter, long bodyTakes, boolean truncated) {}

    private final RandomGenerator random;
    private final boolean checkSeesBusy;
    private Mood mood = Mood.WELL;
    private int deaths;

    Origin(RandomGenerator random) {
        this.random = random;
        this.checkSeesBusy = random.nextBoolean();
    }

    Mood mood() {
        return mood;
    }

    void mood(Mood next) {
        if (next == Mood.DEAD) deaths++;
        mood = next;
    }

    /** How often it has died: what was there then is gone. */
    int deaths() {
        return deaths;
    }

    /** What it does to an attempt that begins now. */
    Conduct conduct(boolean fresh) {
        boolean reused = !fresh && random.nextInt(3) > 0;
        long soon = random.nextLong(MILLISECOND, 20 * MILLISECOND);
        return switch (mood) {
            case WELL -> well(reused, soon);
            case DEAD -> fails(reused ? Reason.UPSTREAM_RESET : Reason.CONNECT_REFUSED, reused, soon / 10);
            case HANGING ->
                new Conduct(new Ended(Reason.OK, Reached.ANSWERED, 200, reused), Long.MAX_VALUE, 0, 0, false);
            case RESETTING -> fails(Reason.UPSTREAM_RESET, reused, soon);
            case BUSY -> answer(503, reused, soon, 0, false);
            case RESTING -> answer(503, reused, soon, random.nextInt(1, 8), false);
            case FLAKY ->
                random.nextBoolean() ? well(reused, soon) : answer(random.nextInt(500, 505), reused, soon, 0, false);
            case TRUNCATING -> answer(200, reused, soon, 0, true);
        };
    }

    private Conduct well(boolean reused, long soon) {
        boolean stale = reused && random.nextInt(20) == 0;
        return stale ? fails(Reason.UPSTREAM_RESET, true, soon / 10) : answer(200, reused, soon, 0, false);
    }

    private Conduct answer(int status, boolean reused, long soon, long retryAfter, boolean truncated) {
        long body = random.nextInt(3) == 0 ? random.nextLong(100 * MILLISECOND) : 0;
        return new Conduct(new Ended(Reason.OK, Reached.ANSWERED, status, reused), soon, retryAfter, body, truncated);
    }

    private Conduct fails(Reason reason, boolean reused, long soon) {
        boolean sent = reason != Reason.CONNECT_REFUSED && random.nextBoolean();
        Reached reached = sent ? Reached.SENT : Reached.NOTHING_SENT;
        return new Conduct(new Ended(reason, reached, 0, reused), soon, 0, 0, false);
    }

    /** What a check that begins now comes to, and how long that takes. */
    CheckResult check() {
        boolean passes =
                switch (mood) {
                    case WELL, FLAKY, TRUNCATING -> true;
                    case BUSY, RESTING -> !checkSeesBusy;
                    case DEAD, HANGING, RESETTING -> false;
                };
        if (passes) return new CheckResult(CheckResult.Kind.PASSED, "status 200");
        boolean refused = mood == Mood.DEAD;
        return new CheckResult(refused ? CheckResult.Kind.REFUSED : CheckResult.Kind.FAILED, mood.name());
    }
}
