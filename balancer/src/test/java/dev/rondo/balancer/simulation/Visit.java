package dev.rondo.balancer.simulation;

import dev.rondo.balancer.cluster.Backend;
import dev.rondo.balancer.cluster.Lease;
import dev.rondo.balancer.cluster.Outcome;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.config.Strategy;
import dev.rondo.balancer.proxy.OpenAttempts;
import dev.rondo.balancer.proxy.OpenAttempts.Ended;
import dev.rondo.balancer.proxy.OpenAttempts.Next;
import dev.rondo.balancer.proxy.OpenAttempts.Reached;
import dev.rondo.balancer.proxy.OpenAttempts.Sending;
import dev.rondo.balancer.telemetry.Reason;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One request, as {@code Relay.forward} serves it, on a thread of its own: one turn of the loop is one attempt. */
final class Visit implements Runnable {
    private final History history;
    private final int id;
    private final Sending sending;
    private final long leavesAfter;
    private final Set<Backend> been = new HashSet<>();
    private boolean gone;

    /** @param leavesAfter nanoseconds until its client goes away; never where negative */
    Visit(History history, int id, Sending sending, long leavesAfter) {
        this.history = history;
        this.id = id;
        this.sending = sending;
        this.leavesAfter = leavesAfter;
    }

    private long now() {
        return history.timeline.now();
    }

    private Pool pool() {
        return history.pool();
    }

    @Override
    public void run() {
        if (leavesAfter >= 0) {
            Thread self = Thread.currentThread();
            history.timeline.in(leavesAfter, () -> {
                gone = true;
                LockSupport.unpark(self);
            });
        }
        OpenAttempts attempts = new OpenAttempts(pool(), now());
        Lease lease = null;
        boolean fresh = false;
        try {
            while (true) {
                if (lease == null) lease = place(attempts);
                if (lease == null) return;
                Next next = attempt(lease, attempts, fresh);
                if (next == Next.NOTHING) return;
                fresh = next == Next.FRESH_CONNECTION;
                if (fresh) continue;
                release(lease);
                lease = null;
            }
        } finally {
            if (lease != null) release(lease);
            attempts.end();
        }
    }

    private void release(Lease lease) {
        history.oracle.released(lease);
        pool().release(lease);
    }

    /** Null where it is refused. */
    private @Nullable Lease place(OpenAttempts attempts) {
        List<Backend> tried = attempts.tried();
        Lease sticky = tried.isEmpty() ? sticky() : null;
        if (sticky != null) return picked(sticky, false, tried);
        long key = history.random.nextLong();
        Backend foreseen =
                history.random.nextInt(4) == 0 ? pool().forecast(null, key).next() : null;
        boolean sure = tried.isEmpty()
                && pool().config().strategy() == Strategy.ROUND_ROBIN
                && pool().config().balancing().slowStart() == null;
        Lease lease = pool().acquire(key, now(), history.random, tried);
        if (lease != null) {
            if (sure && foreseen != null) Oracle.require(foreseen == lease.backend(), "the forecast said another");
            return picked(lease, true, tried);
        }
        history.oracle.notPicked(tried);
        return queue(key, attempts, tried);
    }

    private Lease picked(Lease lease, boolean chosen, List<Backend> tried) {
        history.oracle.picked(lease, chosen, tried, been);
        been.add(lease.backend());
        return lease;
    }

    private @Nullable Lease sticky() {
        List<Backend> backends = pool().backends();
        if (pool().config().balancing().affinity() == null || history.random.nextBoolean()) return null;
        return pool().acquire(pool().token(backends.get(history.random.nextInt(backends.size()))), now());
    }

    private @Nullable Lease queue(long key, OpenAttempts attempts, List<Backend> tried) {
        if (!pool().canServe()) {
            history.oracle.notServed();
            history.tell("#" + id + " finds nobody");
            return null;
        }
        long patience =
                attempts.within(pool().config().balancing().queue().timeout().toNanos(), now());
        long deadline = now() + patience;
        Thread self = Thread.currentThread();
        history.timeline.in(patience, () -> LockSupport.unpark(self));
        history.tell("#" + id + " waits, has been at " + Oracle.ids(tried));
        history.oracle.waits(this, attempts::tried);
        AtomicReference<List<Backend>> asked = new AtomicReference<>(tried);
        Pool.Waited waited = pool().await(
                        key, history.random, () -> asked.updateAndGet(_ -> attempts.tried()), deadline, () -> gone);
        String end = waited instanceof Pool.Waited.Got got
                ? got.lease().backend().id()
                : waited.getClass().getSimpleName();
        history.tell("#" + id + " has waited: " + end);
        List<Backend> now = attempts.tried();
        history.oracle.waited(this, waited, deadline, now);
        // with its place taken, the one it has got may have no room any more, and the answer be another
        return waited instanceof Pool.Waited.Got got ? picked(got.lease(), false, asked.get()) : null;
    }

    private Next attempt(Lease lease, OpenAttempts attempts, boolean fresh) {
        Backend backend = lease.backend();
        Origin origin = history.origin(backend);
        int deaths = origin.deaths();
        Origin.Conduct conduct = origin.conduct(fresh);
        Ended ended = conduct.ended();
        long begun = now();
        if (ended.reached() != Reached.NOTHING_SENT) {
            boolean first = history.receive(id);
            Oracle.require(first || sending.isSafe(), sending + " was sent twice");
        }
        long patience = attempts.within(pool().config().timeouts().attempt().toNanos(), begun);
        history.timeline.sleep(Math.min(conduct.takes(), patience));
        if (origin.deaths() != deaths && ended.reached() != Reached.NOTHING_SENT)
            ended = new Ended(Reason.UPSTREAM_RESET, Reached.SENT, 0, ended.reused());
        else if (conduct.takes() > patience)
            ended = new Ended(Reason.RESPONSE_TIMEOUT, Reached.SENT, 0, ended.reused());
        else if (gone) ended = new Ended(Reason.CLIENT_ABORT, ended.reached(), 0, ended.reused());
        history.tellOfTrouble("#" + id + " " + sending.method() + " at " + backend.id() + ": " + ended.reason() + " "
                + ended.reached() + " " + ended.status());
        return ended.reason() == Reason.OK
                ? answered(lease, attempts, ended, conduct, begun)
                : failed(lease, attempts, ended, begun);
    }

    private Next failed(Lease lease, OpenAttempts attempts, Ended ended, long begun) {
        Next next = judge(lease.backend(), attempts, ended);
        if (next != Next.FRESH_CONNECTION) history.oracle.judge(lease, outcome(ended, now() - begun), now() - begun, 0);
        return next;
    }

    private Outcome outcome(Ended ended, long took) {
        if (ended.reason() == Reason.CONNECT_REFUSED) return Outcome.REFUSED;
        if (ended.reason().party() == Reason.Party.UPSTREAM) return Outcome.FAILED;
        if (ended.reached() == Reached.NOTHING_SENT) return Outcome.NEUTRAL;
        return took >= pool().config().timeouts().connect().toNanos() ? Outcome.SILENT : Outcome.OUTPACED;
    }

    private Next answered(Lease lease, OpenAttempts attempts, Ended ended, Origin.Conduct conduct, long begun) {
        boolean failed = ended.status() >= 502 && ended.status() <= 504;
        history.oracle.judge(
                lease, failed ? Outcome.FAILED : Outcome.OK, now() - begun, failed ? conduct.retryAfter() : 0);
        if (failed && judge(lease.backend(), attempts, ended) == Next.ANOTHER_BACKEND) return Next.ANOTHER_BACKEND;
        if (conduct.bodyTakes() > 0) history.timeline.sleep(conduct.bodyTakes());
        if (conduct.truncated()) history.oracle.judge(lease, Outcome.CUT, 0, 0);
        else if (!failed) history.oracle.whole(lease);
        return Next.NOTHING;
    }

    private Next judge(Backend backend, OpenAttempts attempts, Ended ended) {
        int taken = pool().budget().taken();
        int repeats = attempts.repeats();
        Next next = attempts.judge(backend, ended, sending, !gone, now());
        if (next == Next.ANOTHER_BACKEND) {
            history.oracle.repeats(taken);
            Oracle.require(repeats < pool().config().retry().attempts(), "more attempts than are configured");
            boolean untouched = ended.reached() == Reached.NOTHING_SENT;
            Oracle.require(untouched || sending.isSafe(), sending + " is sent again");
            Oracle.require(untouched || !sending.bodyGone(), sending + " is sent again without its body");
        }
        return next;
    }
}
