package dev.rondo.balancer.cluster;

import dev.rondo.balancer.balance.Picker;
import dev.rondo.balancer.config.Affinity;
import dev.rondo.balancer.config.HealthCheckConfig;
import dev.rondo.balancer.config.OutlierConfig;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.config.Strategy;
import dev.rondo.balancer.http.HeaderRules;
import dev.rondo.balancer.telemetry.BackendLabels;
import dev.rondo.balancer.telemetry.BackendTotals;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Backends that can answer the same requests, and the choice among them: the same object as long as a pool of its name is
 * configured. Thread-safe. A request reads one {@link Snapshot}; whoever judges backends says so here, and the next snapshot is
 * built from everything that is said, by one thread at a time.
 */
public final class Pool {
    private final String name;
    private final LongSupplier nanos;
    private final Transitions transitions;
    private final Outliers outliers;
    private final Rounds rounds = new Rounds();
    private final AtomicLong cursor = new AtomicLong();
    private final WaitingLine line = new WaitingLine();
    private final RetryBudget budget;
    private final int lanes;
    /** Signs affinity cookies where no secret is configured: for as long as this process lives. */
    private final byte[] ownSecret;

    private volatile Snapshot snapshot;
    private volatile Rules rules;
    private volatile @Nullable Hedging hedging;

    /** What is changed on the way, worked out once for a configuration. */
    private record Rules(HeaderRules request, HeaderRules response) {
        static Rules of(PoolConfig config) {
            return new Rules(
                    new HeaderRules(config.headers().request()),
                    new HeaderRules(config.headers().response()));
        }
    }

    /** Hears of every change of a backend's state, on the thread that made it. */
    @FunctionalInterface
    public interface Transitions {
        /** Must not wait. */
        void changed(Pool pool, Transition transition);

        /**
         * A backend was benched for its own answers; where nothing else keeps it out, {@link #changed} tells of it too. Must not
         * wait.
         */
        default void benched(Pool pool, String backend, Ejection.Cause cause) {}

        /** A backend is there that was not. Must not wait. */
        default void joined(Pool pool, Look backend) {}

        /** A backend is configured no more. Must not wait. */
        default void left(Pool pool, String backend) {}

        /** Others are used than before. Must not wait. */
        default void tiered(Pool pool, Tier from, Tier to) {}
    }

    /** @param found one for each of {@code backends}, in the same order */
    Pool(
            PoolConfig config,
            List<Backend> backends,
            List<Found> found,
            int lanes,
            LongSupplier nanos,
            byte[] secret,
            Transitions transitions) {
        this.name = config.name();
        this.lanes = lanes;
        this.nanos = nanos;
        this.transitions = transitions;
        this.ownSecret = secret;
        this.outliers = new Outliers(
                OutlierTerms.of(config.outlierDetection()),
                (who, out) -> transitions.benched(this, who.backend(), out.cause()));
        this.budget =
                new RetryBudget(config.retry().budgetPercent(), config.retry().budgetMin());
        this.rules = Rules.of(config);
        long now = nanos.getAsLong();
        this.hedging = Hedging.of(config.hedge(), null, lanes, now);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < backends.size(); i++) {
            outliers.add(backends.get(i).passive());
            members.add(first(backends.get(i), found.get(i), config, now, Member.ALWAYS));
        }
        this.snapshot = Snapshot.of(config, members, tokens(config), cursor, now);
        settle(snapshot, now);
    }

    private static Member first(Backend backend, Found found, PoolConfig config, long now, long usableSince) {
        Standing standing = Standing.first(config.healthCheck())
                .withheld(found.withheld())
                .recalled(backend.said())
                .weighed(backend.config().weight());
        return Member.first(backend, standing, found.near(), now, usableSince);
    }

    /** Unique among the pools. */
    public String name() {
        return name;
    }

    /** What the configuration in use says of it. */
    public PoolConfig config() {
        return snapshot.config();
    }

    /** What is changed on the way to a backend. */
    public HeaderRules requestRules() {
        return rules.request;
    }

    /** What is changed on the way to a client. */
    public HeaderRules responseRules() {
        return rules.response;
    }

    /** Every backend, in the order of the configuration. */
    public List<Backend> backends() {
        return snapshot.members().stream().map(Member::backend).toList();
    }

    /** What its source says of each backend. */
    List<Found> found() {
        return snapshot.members().stream().map(Member::found).toList();
    }

    /** Every backend as it stands now, in the order of the configuration. */
    public List<Look> look() {
        Snapshot now = snapshot;
        long time = nanos.getAsLong();
        return now.members().stream().map(member -> look(now, member, time)).toList();
    }

    private static Look look(Snapshot now, Member member, long time) {
        boolean inTurn = now.used().contains(member);
        return new Look(
                member.backend(),
                member.state(),
                member.reason(),
                member.since(),
                member.weight(),
                member.weight() * Snapshot.share(now.config(), member, time),
                inTurn || now.further().contains(member),
                inTurn,
                member.ejection());
    }

    /** Whether there is a backend that may get a request, now or as soon as it has room. */
    public boolean canServe() {
        return !snapshot.used().isEmpty();
    }

    /**
     * Whether there is one that a request may be sent to which has been at {@code tried} in vain, now or as soon as it has room: a
     * backup too, where all others are among them, and none that is benched.
     */
    public boolean hasOther(Collection<Backend> tried) {
        return snapshot.hasOther(tried);
    }

    /** As {@link #hasOther}, and now: {@link #acquire} finds one unless somebody else is faster. */
    public boolean hasRoom(Collection<Backend> tried, long time) {
        Snapshot now = snapshot;
        Predicate<Backend> free = free(now, time, tried, null);
        for (Member member : now.used()) if (free.test(member.backend())) return true;
        for (Member member : now.further()) if (free.test(member.backend())) return true;
        return !now.hasSound(tried) && leastLoaded(now.spare(), spare(now, time, tried)) != null;
    }

    /**
     * Whether there is one beside {@code tried} that is in use and not on probation: for a request that nothing has failed, and
     * that is no reason to ask a backup.
     */
    public boolean hasSound(Collection<Backend> tried) {
        return snapshot.hasSound(tried);
    }

    /** Whether one that only its own answers keep out has room and is not among {@code tried}. */
    public boolean hasBenched(Collection<Backend> tried) {
        return leastLoaded(snapshot.benched(), backend -> !tried.contains(backend) && backend.hasRoom()) != null;
    }

    /** Which backends are used. */
    public Tier tier() {
        return snapshot.tier();
    }

    /** Requests that wait for room now. */
    public int waiting() {
        return line.length();
    }

    /** How many repetitions there may be. */
    public RetryBudget budget() {
        return budget;
    }

    /** When a slow request gets a second attempt; null where none does. */
    public @Nullable Hedging hedging() {
        return hedging;
    }

    /** Requests at its backends now. */
    public long inFlight() {
        long sum = 0;
        for (Member member : snapshot.members()) sum += member.backend().inFlight();
        return sum;
    }

    // ---- requests

    /**
     * Takes a place at a backend.
     *
     * @param key hash of what keeps a client at a backend
     * @param time nanoseconds of the ticker
     * @param tried where the request has been in vain: not again. Where that is all who are used, a healthy backup; one on probation,
     *     though another request tries it; where these too are not left, one that is benched
     * @return null where none of the others has room
     */
    public @Nullable Lease acquire(long key, long time, RandomGenerator random, Collection<Backend> tried) {
        Snapshot now = snapshot;
        if (now.bounded() && line.takesAll()) return takeReserve(now, time, tried); // others were here before
        return take(now, key, time, random, tried, null);
    }

    /**
     * Takes a place at the backend that an affinity cookie names.
     *
     * @return null where the cookie names none that may be picked and has room, or others wait for that
     */
    public @Nullable Lease acquire(String token, long time) {
        Snapshot now = snapshot;
        Backend backend = now.tokens().get(token);
        if (backend == null || !hasRoom(backend, now, time) || line.wants(backend, null)) return null;
        return begin(backend, now, time);
    }

    /** What an affinity cookie says to bring a client back to {@code backend}. */
    public String token(Backend backend) {
        return tokens(config()).of(name, backend.id());
    }

    private Tokens tokens(PoolConfig config) {
        Affinity affinity = config.balancing().affinity();
        String secret = affinity == null ? null : affinity.secret();
        return new Tokens(secret == null ? ownSecret : secret.getBytes(StandardCharsets.UTF_8));
    }

    /** @param waiter who asks; null for one that does not wait */
    private @Nullable Lease take(
            Snapshot now,
            long key,
            long time,
            RandomGenerator random,
            Collection<Backend> tried,
            @Nullable Thread waiter) {
        boolean anyone = !now.bounded() && tried.isEmpty();
        Predicate<? super Backend> usable = anyone ? Picker.ANY : free(now, time, tried, waiter);
        while (true) {
            Backend backend = now.picker().pick(key, time, random, usable);
            Picker<Backend> elsewhere = now.elsewhere();
            if (backend == null && elsewhere != null) backend = elsewhere.pick(key, time, random, usable);
            if (backend == null) return takeReserve(now, time, tried);
            Lease lease = begin(backend, now, time);
            if (lease != null) return lease;
            // ejected since the snapshot was made: a picker that hashes would name it for ever
            usable = free(now, time, tried, waiter);
        }
    }

    /**
     * For a request that all who are sound have failed: a backup before it is its turn; one that another request tries, since nobody
     * knows whether that is ever answered; or else one that is benched. Whoever waits in line and has not been at all of these can
     * take none.
     */
    private @Nullable Lease takeReserve(Snapshot now, long time, Collection<Backend> tried) {
        if (tried.isEmpty() || now.hasSound(tried)) return null;
        Backend spare = leastLoaded(now.spare(), spare(now, time, tried));
        if (spare != null) return begin(spare, now, time);
        Predicate<Backend> untried = backend -> !tried.contains(backend) && backend.hasRoom();
        Backend last = now.hasOther(tried)
                ? leastLoaded(now.usable(), untried.and(backend -> isKept(backend, now, time)))
                : leastLoaded(now.benched(), untried);
        return last != null && last.begin() ? last.plainLease() : null;
    }

    private Predicate<Backend> spare(Snapshot now, long time, Collection<Backend> tried) {
        return backend -> !tried.contains(backend) && hasRoom(backend, now, time);
    }

    private static @Nullable Backend leastLoaded(List<Member> members, Predicate<Backend> usable) {
        Backend least = null;
        for (Member member : members) {
            Backend backend = member.backend();
            if (usable.test(backend) && (least == null || backend.inFlight() < least.inFlight())) least = backend;
        }
        return least;
    }

    private Predicate<Backend> free(Snapshot now, long time, Collection<Backend> tried, @Nullable Thread waiter) {
        return backend -> !tried.contains(backend) && hasRoom(backend, now, time) && !line.wants(backend, waiter);
    }

    private boolean hasRoom(Backend backend, Snapshot now, long time) {
        return backend.hasRoom() && !isKept(backend, now, time);
    }

    /** Whether passive ejection keeps it from another request: it is on probation, with the request that tries it. */
    private boolean isKept(Backend backend, Snapshot now, long time) {
        return !usesAll(now) && !now.lone() && !outliers.mayPick(backend.passive(), time);
    }

    /** Whether passive ejection keeps nobody out. */
    private static boolean usesAll(Snapshot now) {
        return now.tier() == Tier.PANIC || now.tier() == Tier.ALL;
    }

    /** Null where another request was faster. */
    private @Nullable Lease begin(Backend backend, Snapshot now, long time) {
        if (!backend.begin()) return null;
        if (usesAll(now)) return backend.plainLease();
        Ticket ticket = outliers.begin(backend.passive(), time);
        if (ticket == Ticket.PLAIN) return backend.plainLease();
        if (ticket != null) return new Lease(backend, ticket);
        if (now.lone()) return backend.plainLease();
        backend.end();
        return null;
    }

    /** How waiting for room ended. */
    public sealed interface Waited {
        /** With a place, as from {@link #acquire}. */
        record Got(Lease lease) implements Waited {}

        /** As many wait as may. */
        record LineFull() implements Waited {}

        /** The time was over. */
        record TooLong() implements Waited {}

        /** While it waited, the last backend that could have had room has gone. */
        record NoBackend() implements Waited {}

        /** Nobody wants the answer any more. */
        record Pointless() implements Waited {}
    }

    /**
     * As {@link #acquire}, and waits for room, behind those who came before.
     *
     * @param tried asked each time there may be room: who is left may have changed. On this thread
     * @param deadline nanoseconds of the ticker
     * @param pointless whether nobody wants the answer any more; whoever makes it true unparks this thread
     */
    public Waited await(
            long key,
            RandomGenerator random,
            Supplier<? extends Collection<Backend>> tried,
            long deadline,
            BooleanSupplier pointless) {
        Thread self = Thread.currentThread();
        if (!line.enter(self, tried.get(), config().balancing().queue().size())) return new Waited.LineFull();
        try {
            while (true) {
                Snapshot now = snapshot;
                if (now.used().isEmpty()) return new Waited.NoBackend();
                if (pointless.getAsBoolean()) return new Waited.Pointless();
                Collection<Backend> been = tried.get();
                line.change(self, been);
                Lease lease = take(now, key, nanos.getAsLong(), random, been, self);
                if (lease != null) return new Waited.Got(lease);
                long left = deadline - nanos.getAsLong();
                if (left <= 0) return new Waited.TooLong();
                LockSupport.parkNanos(this, left);
            }
        } finally {
            line.leave(self);
        }
    }

    /**
     * Says how an attempt went, as soon as that is known: when the head of the answer is here, when it failed, and once more
     * where the answer is cut off later.
     *
     * @param upstreamNanos from the start of the attempt to the head of the answer; how long it was waited for, where that was cut
     *     short
     * @param retryAfterSeconds what a 503 of the backend's own asked for; 0 for nothing
     * @param time nanoseconds of the ticker
     */
    public void judge(Lease lease, Outcome outcome, long upstreamNanos, long retryAfterSeconds, long time) {
        Backend backend = lease.backend();
        if (config().strategy() == Strategy.PEAK_EWMA) measure(backend, outcome, upstreamNanos, time);
        if (outcome == Outcome.SILENT && !backend.passive().isSilentSince(time - upstreamNanos))
            outcome = Outcome.OUTPACED; // others have heard from it
        if (outliers.onResult(backend.passive(), lease.ticket(), outcome, retryAfterSeconds, time) != null) rebuild();
    }

    /** Says that an answer which was more than a head has come to its end. */
    public void whole(Lease lease) {
        lease.backend().passive().whole();
    }

    /** What was cut short took longer than it says: it can make an estimate worse and never better. */
    private static void measure(Backend backend, Outcome outcome, long nanos, long time) {
        boolean counts =
                switch (outcome) {
                    case OK -> true;
                    case FAILED, REFUSED, OUTPACED, SILENT -> nanos > backend.latencyNanos(time);
                    case CUT, NEUTRAL -> false;
                };
        if (counts) backend.latency().add(nanos, time);
    }

    /** Gives the place back; a trial of which nobody has said how it went makes way for another. */
    public void release(Lease lease) {
        Backend backend = lease.backend();
        if (lease.ticket() != Ticket.PLAIN)
            outliers.onResult(backend.passive(), lease.ticket(), Outcome.NEUTRAL, 0, nanos.getAsLong());
        backend.end();
        line.wake();
    }

    /**
     * Whom {@link #acquire} would take now, and why no other, without taking anybody or moving a cursor.
     *
     * @param token what the request's affinity cookie says; null where it has none
     * @param key as for {@link #acquire}
     */
    public Forecast forecast(@Nullable String token, long key) {
        Snapshot now = snapshot;
        long time = nanos.getAsLong();
        Backend named = token == null ? null : now.tokens().get(token);
        boolean sticks = named != null && hasRoom(named, now, time) && !line.wants(named, null);
        Forecast.Question question = new Forecast.Question(
                now, key, sticks ? named : null, now.bounded() && line.takesAll(), cursor.get(), time);
        List<Look> looks =
                now.members().stream().map(member -> look(now, member, time)).toList();
        return Forecast.of(question, looks, backend -> hasRoom(backend, now, time) && !line.wants(backend, null));
    }

    // ---- those who judge

    /** Active checks have come to another verdict. One that comes when they have just been removed counts no more. */
    public synchronized void checked(Backend backend, boolean passed, String why) {
        Standing.Check verdict = passed ? Standing.Check.PASSED : Standing.Check.FAILED;
        Member before = snapshot.member(backend);
        boolean wasDown = before != null && before.standing().check() == Standing.Check.FAILED;
        // who was killed is benched by what failed meanwhile; back by rise, and not half a minute later
        if (passed && wasDown && config().healthCheck() != null)
            outliers.recovered(backend.passive(), nanos.getAsLong());
        change(backend, standing -> config().healthCheck() == null ? standing : standing.checked(verdict, why));
    }

    /** An active check of where its requests go has ended; after {@link #checked}, where it has changed the verdict. */
    public void seen(Backend backend, Sight sight) {
        HealthCheckConfig checks = config().healthCheck();
        if (checks == null) return;
        if (outliers.seen(backend.passive(), sight, checks.rise(), nanos.getAsLong()) != null) rebuild();
    }

    /** Takes a backend out of rotation; what it has it ends. */
    public void drain(Backend backend, String why) {
        change(backend, standing -> standing.drained(why));
    }

    /** Takes a {@link #drain} back. */
    public void undrain(Backend backend) {
        change(backend, standing -> standing.drained(null));
    }

    /**
     * Sets a weight in place of the configured one, until the configuration says another than it says now. A reload for any other
     * reason leaves it.
     *
     * @param weight null for what is configured
     */
    public void weigh(Backend backend, @Nullable Integer weight) {
        Standing.Weight set = weight == null
                ? null
                : new Standing.Weight(weight, backend.config().weight());
        change(backend, standing -> standing.weighed(set));
    }

    private synchronized void change(Backend backend, UnaryOperator<Standing> change) {
        Snapshot before = snapshot;
        List<Member> members = new ArrayList<>();
        for (Member m : before.members()) {
            members.add(m.backend() == backend ? m.judged(change.apply(m.standing())) : m);
        }
        publish(before.config(), members);
    }

    /** Takes over what {@link Outliers} has come to. */
    private synchronized void rebuild() {
        publish(snapshot.config(), snapshot.members());
    }

    /**
     * To be called a few times a second: brings the ejected back when their time is over, and weights of those that start
     * slowly up to date.
     */
    public void tick() {
        boolean changed = !outliers.tick(nanos.getAsLong()).isEmpty();
        if (changed || snapshot.ramping()) rebuild();
        else line.wake(); // of a trial that has kept others out for long enough nobody tells
    }

    /** Whether {@link #compare} has something to do. To be asked as often as {@link #tick} is called. */
    public boolean isComparisonDue() {
        Snapshot now = snapshot;
        OutlierConfig config = now.config().outlierDetection();
        boolean compares =
                OutlierTerms.of(config).compares() && now.members().size() >= config.successRateMinimumHosts();
        if (!compares) {
            rounds.stop();
            return false;
        }
        List<Passive> all = comparable(now).stream().map(Backend::passive).toList();
        return rounds.isDue(all, config.interval().toNanos(), nanos.getAsLong());
    }

    /** Who comes back from an ejection begins anew: what it was ejected for is not held against it twice. */
    private static List<Backend> comparable(Snapshot now) {
        return now.members().stream()
                .filter(member -> member.ejection() instanceof Ejection.In)
                .map(Member::backend)
                .toList();
    }

    /**
     * Takes in what the backends have done, and once an interval ejects those that have done far worse than the others.
     *
     * @param counted what was counted about each, since whenever
     */
    public void compare(Function<BackendLabels, BackendTotals> counted) {
        Snapshot before = snapshot;
        long now = nanos.getAsLong();
        Map<Passive, Totals> all = new HashMap<>();
        for (Backend backend : comparable(before)) {
            all.put(backend.passive(), Totals.of(counted.apply(backend.labels())));
        }
        long interval = before.config().outlierDetection().interval().toNanos();
        Rounds.Round over = rounds.look(all, interval, now);
        if (over != null && !outliers.compare(over.before(), over.after(), now).isEmpty()) rebuild();
    }

    /**
     * Takes another configuration, or other backends: those that were here before are the same objects.
     *
     * @param found one for each of {@code backends}, in the same order
     */
    synchronized void configure(PoolConfig next, List<Backend> backends, List<Found> found) {
        long now = nanos.getAsLong();
        boolean checksAreNew = snapshot.config().healthCheck() == null;
        Map<Backend, Member> known = new HashMap<>();
        for (Member member : snapshot.members()) known.put(member.backend(), member);
        outliers.replaceTerms(OutlierTerms.of(next.outlierDetection()));
        budget.change(next.retry().budgetPercent(), next.retry().budgetMin());
        rules = Rules.of(next);
        hedging = Hedging.of(next.hedge(), hedging, lanes, now);
        // the first that are found join nobody
        long usableSince = known.isEmpty() ? Member.ALWAYS : now;
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < backends.size(); i++) {
            Backend backend = backends.get(i);
            Member member = known.remove(backend);
            backend.configure(found.get(i).config());
            if (member == null) {
                outliers.add(backend.passive());
                members.add(first(backend, found.get(i), next, now, usableSince));
            } else {
                // who works is not taken out by a check that has only just been configured
                boolean unchecked = next.healthCheck() == null || checksAreNew;
                Member same = unchecked ? member.judged(member.standing().unchecked()) : member;
                members.add(same.found(found.get(i)));
            }
        }
        publish(next, members);
        for (Member left : known.values()) {
            outliers.forget(left.backend().passive());
            left.backend().leave(left.standing().said());
        }
    }

    /** The pool is configured no more, and nothing is said of its backends after this. */
    synchronized void leave() {
        for (Member left : snapshot.members())
            left.backend().leave(left.standing().said());
    }

    private void publish(PoolConfig config, List<Member> judged) {
        long now = nanos.getAsLong();
        List<Member> members = judged.stream()
                .map(m -> m.now(outliers.state(m.backend().passive()), now))
                .toList();
        Snapshot before = snapshot;
        Snapshot next = Snapshot.of(config, members, tokens(config), cursor, now);
        settle(next, now);
        snapshot = next;
        line.wake(); // there may be room now, or nobody left to wait for
        tell(before, next, now);
    }

    private void tell(Snapshot before, Snapshot after, long now) {
        for (Member member : before.members()) {
            if (after.member(member.backend()) == null)
                transitions.left(this, member.backend().id());
        }
        for (Member member : after.members()) {
            Member same = before.member(member.backend());
            if (same == null) transitions.joined(this, look(after, member, now));
            else if (same.state() != member.state()) tell(same, member, now);
        }
        if (before.tier() != after.tier()) transitions.tiered(this, before.tier(), after.tier());
    }

    private void tell(Member before, Member after, long now) {
        transitions.changed(
                this,
                new Transition(
                        after.backend().id(),
                        before.state().word(),
                        after.state().word(),
                        after.reason(),
                        now));
    }

    /** What pickers read of a backend follows from the snapshot; requests that still use the one before may see it early. */
    private static void settle(Snapshot next, long now) {
        for (Member member : next.members()) {
            double weight = member.weight() * Snapshot.share(next.config(), member, now);
            member.backend().settle((int) Math.ceil(weight * Backend.WEIGHT_UNIT), member.limit(), member.isServing());
        }
    }
}
