package dev.rondo.balancer.proxy;

import dev.rondo.balancer.cluster.Backend;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.config.PoolTimeouts;
import dev.rondo.balancer.config.RetryConfig;
import dev.rondo.balancer.config.RetryOn;
import dev.rondo.balancer.proxy.RetryRule.Ending;
import dev.rondo.balancer.proxy.RetryRule.Others;
import dev.rondo.balancer.proxy.RetryRule.Prospect;
import dev.rondo.balancer.proxy.RetryRule.Request;
import dev.rondo.balancer.proxy.RetryRule.Verdict;
import dev.rondo.balancer.wire.Wire;
import java.util.ArrayList;
import java.util.List;

/** Where one request has been, how long it may take, and whether it may go on. Belongs to the exchange's thread. */
final class Attempts {
    private final Pool pool;
    private final long deadline;
    /** The last at the end. */
    private List<Backend> been = List.of();

    private int repeats;
    private boolean budgeted;

    /** Whether the last backend could not even be reached: where nobody else is left, one that is benched may do better. */
    private boolean desperate;

    /** @param now nanoseconds of the ticker */
    Attempts(Pool pool, long now) {
        this.pool = pool;
        long limit = pool.config().timeouts().request().toNanos();
        this.deadline = limit == 0 ? Wire.FOREVER : now + limit;
    }

    /**
     * Backends that the next attempt should not go to: where the request has been; the last of them where there is nobody else; none
     * where that is all there is. Asked when the next is picked, since the failure may have changed who can be.
     */
    List<Backend> tried() {
        if (been.isEmpty() || pool.hasOther(been) || (desperate && pool.hasBenched(been))) return been;
        List<Backend> last = List.of(been.getLast());
        return pool.hasOther(last) ? last : List.of();
    }

    /** The request was at {@code backend} in vain, beside what {@link #judge} is asked about. */
    void been(Backend backend) {
        been = with(backend);
    }

    /**
     * How long a backend has from {@code now} to the head of its answer, once it is its turn; at least 1.
     *
     * @param begun when its attempt began
     */
    long patience(long begun, long now) {
        PoolTimeouts timeouts = pool.config().timeouts();
        long attempt = timeouts.attempt().toNanos() - (now - begun);
        return within(Math.max(1, Math.min(timeouts.response().toNanos(), attempt)), now);
    }

    /** How long the connection of an attempt that begins {@code now} may take; at least 1. */
    long connecting(long now) {
        return within(pool.config().timeouts().attempt().toNanos(), now);
    }

    /** Whether the time for the whole request is over. */
    boolean isLate(long now) {
        return deadline != Wire.FOREVER && deadline - now <= 0;
    }

    /** How long from {@code now} something may take that has {@code limit} nanoseconds of its own; at least 1. */
    long within(long limit, long now) {
        return deadline == Wire.FOREVER ? limit : Math.clamp(deadline - now, 1, limit);
    }

    /**
     * Whether the request may be sent again after {@code ending} at {@code backend}; takes what that costs of the pool's budget.
     *
     * @param awaited whether the client still waits, and has done nothing wrong
     */
    Verdict judge(Backend backend, Ending ending, Request request, boolean awaited, long now) {
        Verdict verdict = foresee(backend, ending, request, awaited, now);
        if (verdict == Verdict.REPEAT) {
            repeats++;
            been(backend);
            desperate = ending.what() == RetryOn.CONNECT_FAILURE;
        }
        return verdict;
    }

    /** As {@link #judge}, before it is certain that the request will be sent again: takes what that costs, and counts nothing yet. */
    Verdict foresee(Backend backend, Ending ending, Request request, boolean awaited, long now) {
        List<Backend> all = with(backend);
        Others others = others(all, now);
        RetryConfig config = pool.config().retry();
        return new RetryRule(config.on(), config.attempts())
                .judge(ending, request, new Prospect(awaited, !isLate(now), repeats, others), this::takeOne);
    }

    private List<Backend> with(Backend backend) {
        List<Backend> all = new ArrayList<>(been);
        all.remove(backend);
        all.add(backend);
        return all;
    }

    private Others others(List<Backend> all, long now) {
        if (pool.hasOther(all)) return pool.hasRoom(all, now) ? Others.UNTRIED : Others.FULL;
        if (pool.hasBenched(all)) return Others.BENCHED;
        return pool.canServe() ? Others.TRIED : Others.NONE;
    }

    /** A request counts once against the budget however often it is repeated: one attempt of it runs at a time. */
    private boolean takeOne() {
        if (!budgeted) budgeted = pool.budget().tryTake(pool.inFlight());
        return budgeted;
    }

    /** How often another backend was asked. */
    int repeats() {
        return repeats;
    }

    /** The request has ended. */
    void end() {
        if (budgeted) pool.budget().give();
        budgeted = false;
    }
}
