package dev.rondo.balancer.simulation;

import static java.util.Objects.requireNonNull;

import dev.rondo.balancer.cluster.Backend;
import dev.rondo.balancer.cluster.Ejection;
import dev.rondo.balancer.cluster.Lease;
import dev.rondo.balancer.cluster.Look;
import dev.rondo.balancer.cluster.Outcome;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.cluster.Sight;
import dev.rondo.balancer.cluster.Ticket;
import dev.rondo.balancer.cluster.Tier;
import dev.rondo.balancer.cluster.Transition;
import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.HealthCheckConfig;
import dev.rondo.balancer.config.OutlierConfig;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.config.Strategy;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What must hold, by a model of the pool that knows the rules and none of the ways to keep them fast: it adds everything up anew
 * each time. The only thing it takes from the pool is how each backend stands with passive ejection, whose every step it judges.
 */
final class Oracle implements Pool.Transitions {
    /** Ticks come four times a second. */
    private static final long TICK_AND_A_BIT = TimeUnit.MILLISECONDS.toNanos(300);

    /** How exactly it is known when a backend was heard last. */
    private static final long HEARD_TO = TimeUnit.MILLISECONDS.toNanos(100);

    /** Something was not as it must be. */
    static final class Broken extends AssertionError {
        private static final long serialVersionUID = 1;

        Broken(String what) {
            super(what);
        }
    }

    private enum Check {
        PASSED,
        UNKNOWN,
        FAILED
    }

    private record Trial(Lease lease, long until) {}

    private static final class Facts {
        Check check = Check.PASSED;
        boolean drained;

        @Nullable
        Integer weight;

        /** The weight in the configuration when that was said. */
        int configured;

        int inFlight;
        int failuresInARow;
        int cutsInARow;

        /** Whether one of its failures in a row was that nobody listened. */
        boolean refusedInARow;

        /** Which ejection the next two are of. */
        @Nullable
        Long until;

        boolean gone;
        int passes;

        /** When its last answer began, as exactly as the pool knows it. */
        @Nullable
        Long heard;

        @Nullable
        Trial trial;

        @Nullable
        String state;
    }

    /**
     * Who is to be used.
     *
     * @param further for what {@code used} has no room for
     * @param spare for what all of these have failed
     * @param benched for what all of these have failed
     */
    record Expected(Tier tier, List<Backend> used, List<Backend> further, List<Backend> spare, List<Backend> benched) {
        boolean isUsed(Backend backend) {
            return used.contains(backend) || further.contains(backend);
        }
    }

    private final Timeline timeline;
    private final Map<Backend, Facts> known = new LinkedHashMap<>();
    private final Turns turns = new Turns();
    /** Where each request has been that waits for room. */
    private final Map<Object, Supplier<List<Backend>>> waiting = new LinkedHashMap<>();

    private @Nullable Pool pool;
    private @Nullable PoolConfig config;

    Oracle(Timeline timeline) {
        this.timeline = timeline;
    }

    static void require(boolean holds, String what) {
        if (!holds) throw new Broken(what);
    }

    private PoolConfig config() {
        return requireNonNull(config);
    }

    private Pool pool() {
        return requireNonNull(pool);
    }

    private Facts facts(Backend backend) {
        return requireNonNull(known.get(backend));
    }

    // ---- what happens to the pool

    /** The pool goes by {@code next} from now on. */
    void configured(Pool it, PoolConfig next) {
        PoolConfig before = config;
        pool = it;
        config = next;
        HealthCheckConfig checks = next.healthCheck();
        boolean believed = checks == null || before == null || before.healthCheck() == null;
        for (Backend backend : it.backends()) {
            Facts facts = known.get(backend);
            if (facts == null) {
                facts = new Facts();
                facts.check = checks == null
                        ? Check.PASSED
                        : switch (checks.initial()) {
                            case UP -> Check.PASSED;
                            case DOWN -> Check.FAILED;
                            case UNKNOWN -> Check.UNKNOWN;
                        };
                known.put(backend, facts);
                continue;
            }
            if (believed) facts.check = Check.PASSED;
            if (facts.configured != backend.config().weight()) facts.weight = null; // whoever spoke last counts
        }
        List<String> wanted = next.backends().stream().map(BackendConfig::id).toList();
        require(
                it.backends().stream().map(Backend::id).toList().equals(wanted),
                "the order is not the configuration's");
    }

    /** Gives whether it is brought back from whatever ejection it is in. */
    boolean checked(Backend backend, boolean up) {
        Facts facts = facts(backend);
        boolean back = up && facts.check == Check.FAILED && config().healthCheck() != null;
        if (back) facts.cutsInARow = 0;
        facts.check = up ? Check.PASSED : Check.FAILED;
        return back;
    }

    /** Tells the pool of a check that was made, and judges what it makes of that. */
    void seen(Backend backend, Sight sight) {
        HealthCheckConfig checks = config().healthCheck();
        if (checks == null) return;
        Facts facts = facts(backend);
        Ejection was = ejection(backend);
        follow(facts, was, facts.refusedInARow);
        boolean returns = false;
        if (was instanceof Ejection.Out) {
            facts.gone |= sight == Sight.GONE;
            facts.passes = facts.gone && sight == Sight.WELL ? facts.passes + 1 : 0;
            returns = facts.passes >= checks.rise();
        }
        pool().seen(backend, sight);
        Ejection is = ejection(backend);
        if (returns) facts.cutsInARow = 0;
        require(
                is.name().equals(returns ? "in" : was.name()),
                backend.id() + " after a check that has seen it " + sight + ": " + was + " to " + is);
        follow(facts, is, false);
    }

    /** @param gone whether it was gone, if it has been benched since the last time */
    private static void follow(Facts facts, Ejection now, boolean gone) {
        if (now instanceof Ejection.Out out) {
            if (facts.until != null && facts.until == out.untilNanos()) return;
            facts.until = out.untilNanos();
            facts.gone = gone;
            facts.passes = 0;
        } else if (now instanceof Ejection.In && facts.until != null) {
            facts.until = null;
            facts.refusedInARow = false;
        }
    }

    private Ejection ejection(Backend backend) {
        for (Look look : pool().look()) if (look.backend() == backend) return look.ejection();
        throw new Broken(backend.id() + " is in no pool");
    }

    void isIn(Backend backend) {
        for (Look look : pool().look()) {
            boolean in = look.backend() != backend || look.ejection() instanceof Ejection.In;
            require(in, backend.id() + " stays benched though its checks pass again: " + look.ejection());
        }
    }

    void drained(Backend backend, boolean drained) {
        facts(backend).drained = drained;
    }

    void weighed(Backend backend, @Nullable Integer weight) {
        Facts facts = facts(backend);
        facts.weight = weight;
        facts.configured = backend.config().weight();
    }

    @Override
    public void changed(Pool of, Transition change) {
        require(!change.from().equals(change.to()), change + " is no change");
        require(!change.reason().isBlank(), change + " without a reason");
        for (Backend backend : of.backends()) {
            if (!backend.id().equals(change.backend())) continue;
            Facts facts = known.get(backend);
            if (facts == null) continue;
            require(
                    facts.state == null || facts.state.equals(change.from()),
                    change + " does not follow " + facts.state);
            facts.state = change.to();
        }
    }

    // ---- what follows

    private int weight(Backend backend) {
        Integer set = facts(backend).weight;
        return set != null ? set : backend.config().weight();
    }

    private boolean isWilling(Look look) {
        return !facts(look.backend()).drained && weight(look.backend()) > 0;
    }

    private boolean passes(Look look) {
        return facts(look.backend()).check == Check.PASSED;
    }

    private static boolean isOut(Look look) {
        return look.ejection() instanceof Ejection.Out;
    }

    private static boolean isIn(Look look) {
        return look.ejection() instanceof Ejection.In;
    }

    private static boolean isBackup(Look look) {
        return look.backend().config().backup();
    }

    /** Whether {@code backend} should be where all are that nothing keeps out. */
    boolean isMeantToServe(Backend backend) {
        return !facts(backend).drained && weight(backend) > 0;
    }

    Expected expected(List<Look> all) {
        List<Look> willing = all.stream().filter(this::isWilling).toList();
        List<Look> healthy =
                willing.stream().filter(look -> passes(look) && !isOut(look)).toList();
        if (healthy.isEmpty())
            healthy = willing.stream()
                    .filter(look -> facts(look.backend()).check == Check.UNKNOWN && !isOut(look))
                    .toList();
        double threshold = config().balancing().panicThreshold();
        List<Backend> none = List.of();
        if (threshold > 0 && healthy.size() < threshold * willing.size())
            return new Expected(Tier.ALL, backends(willing), none, none, none);
        List<Backend> benched = backends(willing.stream()
                .filter(look -> facts(look.backend()).check != Check.FAILED && isOut(look))
                .toList());
        if (healthy.isEmpty())
            return new Expected(benched.isEmpty() ? Tier.NONE : Tier.PANIC, benched, none, none, none);
        List<Look> primary = healthy.stream().filter(look -> !isBackup(look)).toList();
        if (primary.isEmpty()) return new Expected(Tier.BACKUP, backends(healthy), none, none, benched);
        List<Backend> backups =
                backends(healthy.stream().filter(Oracle::isBackup).toList());
        boolean sound = primary.stream().anyMatch(Oracle::isIn);
        return new Expected(Tier.HEALTHY, backends(primary), sound ? none : backups, sound ? backups : none, benched);
    }

    private static List<Backend> backends(List<Look> looks) {
        return looks.stream().map(Look::backend).toList();
    }

    /** Whether everybody who is used is on probation. */
    private static boolean isLone(List<Look> all, Expected expected) {
        return all.stream().noneMatch(look -> expected.isUsed(look.backend()) && isIn(look));
    }

    /** To be called after each event. */
    void holds() {
        List<Look> all = pool().look();
        Expected expected = expected(all);
        require(pool().tier() == expected.tier, "tier " + pool().tier() + " instead of " + expected);
        List<Backend> used = all.stream().filter(Look::used).map(Look::backend).toList();
        List<Backend> toBeUsed = backends(
                all.stream().filter(look -> expected.isUsed(look.backend())).toList());
        require(used.equals(toBeUsed), ids(used) + " are used instead of " + ids(toBeUsed));
        for (Look look : all) {
            Facts facts = facts(look.backend());
            boolean overdue =
                    look.ejection() instanceof Ejection.Out out && timeline.now() - out.untilNanos() > TICK_AND_A_BIT;
            require(!overdue, look.backend().id() + " is out though its time is over");
            if (!(look.ejection() instanceof Ejection.Probation)) facts.trial = null;
            if (!(look.ejection() instanceof Ejection.In)) facts.failuresInARow = 0;
        }
        boolean first = true;
        for (Supplier<List<Backend>> each : waiting.values()) {
            List<Backend> tried = each.get();
            // who is behind one that takes anybody is not woken for what is not for that one
            List<Backend> free = first ? free(tried, TICK_AND_A_BIT) : freeInUse(tried, TICK_AND_A_BIT);
            require(free.isEmpty(), "a request that was at " + ids(tried) + " waits with room at " + ids(free));
            if (first) nobodyWellIsIdle(all, tried);
            first &= !tried.isEmpty();
        }
        known.forEach((backend, facts) -> require(
                backend.inFlight() == facts.inFlight,
                backend.id() + " has " + backend.inFlight() + " in flight instead of " + facts.inFlight));
    }

    /** Whatever the tiers say: nobody waits beside one that is well and has room, unless that is a spare of others who are well. */
    private void nobodyWellIsIdle(List<Look> all, List<Backend> tried) {
        List<Look> well = all.stream()
                .filter(look -> isWilling(look) && passes(look) && isIn(look) && !tried.contains(look.backend()))
                .toList();
        boolean primaries = well.stream().anyMatch(look -> !isBackup(look));
        for (Look look : well) {
            require(
                    !isBelowLimit(look) || (primaries && isBackup(look)),
                    "somebody waits, and " + look.backend().id() + " is idle");
        }
    }

    static List<String> ids(Collection<Backend> backends) {
        return backends.stream().map(Backend::id).toList();
    }

    // ---- requests

    /** @param late how long it may go unnoticed that a trial keeps others out no more: nobody tells of that */
    private boolean hasRoom(Look look, Tier tier, boolean lone, long late) {
        Backend backend = look.backend();
        if (!isBelowLimit(look)) return false;
        if (tier == Tier.PANIC || tier == Tier.ALL || lone) return true;
        Trial trial = facts(backend).trial;
        return !(look.ejection() instanceof Ejection.Probation)
                || trial == null
                || timeline.now() - trial.until >= late;
    }

    private List<Backend> freeInUse(Collection<Backend> tried, long late) {
        List<Look> all = pool().look();
        Expected expected = expected(all);
        boolean lone = isLone(all, expected);
        return backends(all.stream()
                .filter(look -> expected.isUsed(look.backend()) && !tried.contains(look.backend()))
                .filter(look -> hasRoom(look, expected.tier, lone, late))
                .toList());
    }

    private List<Backend> free(Collection<Backend> tried, long late) {
        List<Backend> inUse = freeInUse(tried, late);
        if (!inUse.isEmpty() || tried.isEmpty()) return inUse;
        List<Look> all = pool().look();
        Expected expected = expected(all);
        return backends(all.stream()
                .filter(look -> !tried.contains(look.backend()))
                .filter(look -> (isReserve(look.backend(), all, expected, tried)
                                && (isOut(look) ? isBelowLimit(look) : hasRoom(look, expected.tier, false, late)))
                        || isTriedBeside(look, all, expected, tried))
                .toList());
    }

    private boolean isBelowLimit(Look look) {
        int limit = look.backend().config().maxRequests();
        return limit == 0 || facts(look.backend()).inFlight < limit;
    }

    private static boolean isSoundLeft(List<Look> all, Expected expected, Collection<Backend> tried) {
        return all.stream()
                .anyMatch(look -> expected.isUsed(look.backend()) && isIn(look) && !tried.contains(look.backend()));
    }

    /** Whether it is on probation, and takes a request that was at {@code tried} beside the one that tries it. */
    private boolean isTriedBeside(Look look, List<Look> all, Expected expected, Collection<Backend> tried) {
        return look.ejection() instanceof Ejection.Probation
                && (expected.isUsed(look.backend()) || expected.spare.contains(look.backend()))
                && isBelowLimit(look)
                && !tried.isEmpty()
                && !isSoundLeft(all, expected, tried);
    }

    /** Whether {@code backend} is for a request that was at {@code tried}, though it is not used. */
    private static boolean isReserve(Backend backend, List<Look> all, Expected expected, Collection<Backend> tried) {
        if (isSoundLeft(all, expected, tried) || tried.isEmpty()) return false;
        boolean others = all.stream()
                .map(Look::backend)
                .anyMatch(it -> (expected.isUsed(it) || expected.spare.contains(it)) && !tried.contains(it));
        return expected.spare.contains(backend) || (!others && expected.benched.contains(backend));
    }

    /**
     * Somebody has a place.
     *
     * @param chosen whether the pool's strategy has chosen it, at once
     * @param been where the request has been
     */
    void picked(Lease lease, boolean chosen, Collection<Backend> tried, Collection<Backend> been) {
        Backend backend = lease.backend();
        List<Look> all = pool().look();
        Expected expected = expected(all);
        boolean isUsed = expected.isUsed(backend);
        require(
                isUsed || isReserve(backend, all, expected, tried),
                backend.id() + " is picked where " + ids(expected.used) + " are used");
        require(!tried.contains(backend), backend.id() + " is picked though it was tried");
        boolean again = chosen && been.contains(backend) && !been.containsAll(expected.used);
        require(!again, backend.id() + " is picked twice for a request though another is left");
        Look look =
                all.stream().filter(it -> it.backend() == backend).findFirst().orElseThrow();
        boolean fromBench = !isUsed && isOut(look);
        boolean lone = isUsed && isLone(all, expected);
        boolean room = fromBench
                ? isBelowLimit(look)
                : hasRoom(look, expected.tier, lone, 0) || isTriedBeside(look, all, expected, tried);
        require(room, backend.id() + " is picked though it has no room");
        Facts facts = facts(backend);
        facts.inFlight++;
        if (lease.ticket() != Ticket.PLAIN) {
            require(look.ejection() instanceof Ejection.Probation, backend.id() + " has a trial, and no probation");
            long base = config().outlierDetection().baseEjectionTime().toNanos();
            facts.trial = new Trial(lease, timeline.now() + base);
        }
        if (!chosen) return;
        if (isStrictRotation(tried, all, expected)) turns.count(backend, expected.used);
        else turns.interrupted();
    }

    private boolean isStrictRotation(Collection<Backend> tried, List<Look> all, Expected expected) {
        return config().strategy() == Strategy.ROUND_ROBIN
                && config().balancing().slowStart() == null
                && tried.isEmpty()
                && pool().waiting() == 0
                && all.stream()
                        .filter(look -> expected.used.contains(look.backend()))
                        .allMatch(look -> !(look.ejection() instanceof Ejection.Probation)
                                && look.backend().config().maxRequests() == 0);
    }

    /** Nobody could be picked at once. */
    void notPicked(Collection<Backend> tried) {
        turns.interrupted();
        if (pool().waiting() > 0) return;
        List<Backend> free = free(tried, 0);
        require(free.isEmpty(), "nobody is picked though there is room at " + ids(free));
    }

    /** A wait may begin. */
    void waits(Object who, Supplier<List<Backend>> tried) {
        waiting.put(who, tried);
    }

    /** A wait has ended, or did not begin. */
    void waited(Object who, Pool.Waited how, long deadline, Collection<Backend> tried) {
        waiting.remove(who);
        turns.interrupted();
        long left = deadline - timeline.now();
        require(left >= 0, "a wait was " + -left + " ns too long");
        switch (how) {
            case Pool.Waited.Got got -> {}
            case Pool.Waited.LineFull full ->
                require(pool().waiting() >= config().balancing().queue().size(), "the line is not full");
            case Pool.Waited.TooLong tooLong -> {
                require(left == 0, "somebody has waited not long enough: " + left + " ns are left");
                List<Backend> free = free(tried, TICK_AND_A_BIT);
                require(free.isEmpty(), "somebody waits in vain though there is room at " + ids(free));
            }
            case Pool.Waited.NoBackend nobody -> notServed();
            case Pool.Waited.Pointless pointless -> {}
        }
    }

    /** Somebody is told that no backend can be used. */
    void notServed() {
        Expected expected = expected(pool().look());
        require(expected.used.isEmpty(), "refused though " + ids(expected.used) + " are used");
    }

    void released(Lease lease) {
        Facts facts = facts(lease.backend());
        facts.inFlight--;
        forgetTrial(facts, lease);
    }

    private static void forgetTrial(Facts facts, Lease lease) {
        if (facts.trial != null && facts.trial.lease.equals(lease)) facts.trial = null;
    }

    /** Another attempt has been granted. */
    void repeats(int takenBefore) {
        int taken = pool().budget().taken();
        if (taken == takenBefore) return; // it had been counted
        long active = 0;
        for (Backend backend : pool().backends()) active += facts(backend).inFlight;
        long most =
                Math.max(config().retry().budgetMin(), active * config().retry().budgetPercent() / 100);
        require(taken <= most, taken + " repeats at a time where " + most + " are allowed for " + active);
    }

    // ---- passive ejection

    /** An answer has come to its end. */
    void whole(Lease lease) {
        facts(lease.backend()).cutsInARow = 0;
        pool().whole(lease);
    }

    /** Says to the pool how an attempt went, and judges what it makes of that. */
    void judge(Lease lease, Outcome outcome, long took, long retryAfter) {
        Backend backend = lease.backend();
        Facts facts = facts(backend);
        List<Look> before = pool().look();
        boolean spoken = facts.heard != null && timeline.now() - took - facts.heard <= HEARD_TO;
        Outcome counted = outcome == Outcome.SILENT ? (spoken ? Outcome.OUTPACED : Outcome.FAILED) : outcome;
        if (outcome == Outcome.REFUSED) counted = Outcome.FAILED;
        refused(backend, facts, outcome);
        boolean ejects = ejects(backend, counted, retryAfter, before);
        pool().judge(lease, outcome, took, retryAfter, timeline.now());
        forgetTrial(facts, lease);
        List<Look> after = pool().look();
        for (int i = 0; i < before.size(); i++) {
            Ejection was = before.get(i).ejection();
            Ejection is = after.get(i).ejection();
            if (before.get(i).backend() == backend) {
                boolean ejected = was instanceof Ejection.In && is instanceof Ejection.Out;
                require(ejected == ejects, backend.id() + (ejects ? " is not ejected" : " is ejected") + ": " + is);
                if (outcome == Outcome.OK || !(is instanceof Ejection.In)) facts.failuresInARow = 0;
                boolean news = facts.heard == null || timeline.now() - facts.heard > HEARD_TO;
                if (outcome == Outcome.OK && news) facts.heard = timeline.now();
                if (!was.name().equals(is.name()) && is instanceof Ejection.Out out) hasALength(out, retryAfter);
                boolean asked = retryAfter > 0
                        && config().outlierDetection().retryAfterMax().isPositive();
                boolean row = facts.refusedInARow && !asked;
                follow(facts, is, was instanceof Ejection.In ? row : outcome == Outcome.REFUSED);
                if (outcome == Outcome.OK) facts.refusedInARow = false;
            } else {
                require(was.name().equals(is.name()), before.get(i).backend().id() + " pays for " + backend.id());
            }
        }
    }

    private void refused(Backend backend, Facts facts, Outcome outcome) {
        for (Look look : pool().look())
            if (look.backend() == backend) follow(facts, look.ejection(), facts.refusedInARow);
        if (outcome != Outcome.REFUSED || !config().outlierDetection().enabled()) return;
        if (facts.until == null) facts.refusedInARow = true;
        facts.gone = true;
        facts.passes = 0;
    }

    private boolean ejects(Backend backend, Outcome outcome, long retryAfter, List<Look> all) {
        OutlierConfig terms = config().outlierDetection();
        Look self = all.stream()
                .filter(look -> look.backend() == backend)
                .findFirst()
                .orElse(null);
        if (self == null || !(self.ejection() instanceof Ejection.In)) return false;
        boolean cut = outcome == Outcome.CUT;
        if ((outcome != Outcome.FAILED && !cut) || !terms.enabled()) return false;
        int row = cut ? ++facts(backend).cutsInARow : ++facts(backend).failuresInARow;
        boolean tooMany = terms.consecutiveFailures() > 0 && row >= terms.consecutiveFailures();
        boolean asked = retryAfter > 0 && terms.retryAfterMax().isPositive();
        long benched = all.stream()
                .filter(look -> !(look.ejection() instanceof Ejection.In))
                .count();
        boolean within = benched + 1 <= Math.max(1, all.size() * terms.maxEjectionPercent() / 100);
        boolean last = all.stream()
                .noneMatch(look -> look.backend() != backend
                        && look.ejection() instanceof Ejection.In
                        && isWilling(look)
                        && passes(look));
        return (tooMany || asked) && within && !last;
    }

    private void hasALength(Ejection.Out out, long retryAfter) {
        OutlierConfig terms = config().outlierDetection();
        long length = out.untilNanos() - timeline.now();
        long asked = Math.min(
                TimeUnit.SECONDS.toNanos(retryAfter), terms.retryAfterMax().toNanos());
        boolean right = asked > 0
                ? length == asked
                : length >= terms.baseEjectionTime().toNanos()
                        && length <= terms.maxEjectionTime().toNanos();
        require(right, "out for " + length + " ns: " + out.reason());
    }

    /** Nothing is under way any more. */
    void holdsAtTheEnd() {
        known.forEach((backend, facts) -> require(
                backend.inFlight() == 0 && facts.inFlight == 0, backend.id() + " has requests in flight for ever"));
        require(pool().inFlight() == 0, "the pool has requests in flight for ever");
        require(pool().waiting() == 0, "somebody waits for ever");
        require(pool().budget().taken() == 0, "repeats that run for ever");
    }
}
