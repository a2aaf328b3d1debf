package dev.rondo.balancer.proxy;

import static java.util.Objects.requireNonNull;

import dev.rondo.balancer.cluster.Backend;
import dev.rondo.balancer.cluster.Hedging;
import dev.rondo.balancer.cluster.LatencyWindow;
import dev.rondo.balancer.cluster.Lease;
import dev.rondo.balancer.cluster.Outcome;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.connect.ConnectFailure;
import dev.rondo.balancer.connect.UpstreamConnection;
import dev.rondo.balancer.http.RequestHead;
import dev.rondo.balancer.http.ResponseHead;
import dev.rondo.balancer.proxy.Failure.Progress;
import dev.rondo.balancer.proxy.RetryRule.Ending;
import dev.rondo.balancer.telemetry.HedgeOutcome;
import dev.rondo.balancer.telemetry.Reason;
import dev.rondo.balancer.wire.Alarm;
import dev.rondo.balancer.wire.Lane;
import dev.rondo.balancer.wire.WireTimeout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The second attempt of one safe request without a body, made where the first is slow: at another backend, out of the pool's
 * budget, once for a request. Whichever has the head of a final answer first wins, unless that says that its backend cannot serve;
 * the other is closed. Interim answers of the second are dropped, and do not count for the first.
 *
 * <p>An alarm of the lane starts a thread for it. Who has won is decided under the lane's lock, by one state. Until then all that
 * the second attempt holds (place, budget, connection, workspace) is its thread's, which gives it back when it finds that it has
 * not won; nobody waits for that. When it has, all is the exchange's: {@link #take} and {@link #finish}.
 */
final class Hedge {
    private static final System.Logger LOG = System.getLogger(Hedge.class.getName());

    private enum State {
        /** No attempt runs that it could stand by. */
        IDLE,
        /** The alarm is set. */
        ARMED,
        /** Its thread has been started. */
        RUNS,
        /** It has the head of an answer, and the first attempt's connection was closed. */
        WON,
        /** It came to nothing, or is not wanted any more: there is no other for this request. */
        OVER
    }

    private final ClientConnection client;
    private final Lane lane;
    private final Pool pool;
    private final Hedging terms;
    private final Attempts attempts;
    private final RequestHead head;
    private final ExchangeLog log;
    private final Runnable onWin;
    private final Alarm alarm;

    // written with the lane's lock held, as is all down to "ended"
    private volatile State state = State.IDLE;
    private @Nullable Thread waiter;
    private boolean taken;

    /** Where the attempt is that it stands by, and where the request has been before. */
    private @Nullable Backend slow;

    private List<Backend> tried = List.of();
    private long key;

    // its own attempt, for the ledger
    private @Nullable Backend backend;
    private @Nullable UpstreamConnection connection;
    private Reason outcome = Reason.OUTPACED;
    private int status;
    private long begun;
    private long ended;

    // what it holds besides: of its thread, and of the exchange's once it has won
    private boolean budgeted;
    private @Nullable Lease lease;
    private @Nullable Workspace mine;
    private @Nullable ResponseReader answers;

    private boolean told;

    /** @param onWin closes the first attempt's connection; runs with the lane's lock held */
    Hedge(
            ClientConnection client,
            Pool pool,
            Hedging terms,
            Attempts attempts,
            RequestHead head,
            ExchangeLog log,
            Runnable onWin) {
        this.client = client;
        this.lane = client.lane;
        this.pool = pool;
        this.terms = terms;
        this.attempts = attempts;
        this.head = head;
        this.log = log;
        this.onWin = onWin;
        this.alarm = new Alarm(lane, this::due);
    }

    // ---- for the exchange's thread

    /**
     * An attempt's request has been sent: should it take too long, there will be a second.
     *
     * @param at where
     * @param since when the attempt began, nanoseconds of the ticker
     */
    void arm(Backend at, long since) {
        long delay = terms.delay(lane.coarseNanos());
        if (delay == LatencyWindow.UNKNOWN) return;
        lane.lock();
        try {
            if (state != State.IDLE) return;
            slow = at;
            tried = attempts.tried();
            key = HashKey.of(pool.config(), head, log.client());
            state = State.ARMED;
            alarm.set(Math.max(1, delay - (lane.ticker().nanos() - since)));
        } finally {
            lane.unlock();
        }
    }

    /** How long an attempt took that it stood by: to the head of an answer, or until it was given up as too slow. */
    void took(long nanos) {
        terms.took(lane.index(), nanos);
    }

    /**
     * The attempt it stands by has the head of an answer. Where that says that the backend cannot serve, this waits for how the
     * second attempt ends, and gives whether that has won; before any other answer it yields.
     *
     * @throws Failure where it has won before
     */
    boolean outdoes(boolean failed, long took) throws Failure {
        boolean better = failed && await();
        if (!failed) {
            if (!yields()) throw Failure.outpaced();
            took(took);
        }
        tell();
        return better;
    }

    private boolean yields() {
        lane.lock();
        try {
            if (state == State.WON) return false;
            disarm();
            end(HedgeOutcome.LOST, Reason.OUTPACED, 0);
            return true;
        } finally {
            lane.unlock();
        }
    }

    /** The attempt it stands by has failed: waits for how this one ends, if it runs, and gives whether it has won. */
    boolean await() {
        lane.lock();
        try {
            disarm();
            waiter = Thread.currentThread();
        } finally {
            lane.unlock();
        }
        while (state == State.RUNS) LockSupport.park(this);
        return hasWon();
    }

    /** Whether it has an answer, which is to be taken. */
    boolean hasWon() {
        return state == State.WON;
    }

    /** Writes down, once, what became of an attempt that has not won, and where the request has been in vain. */
    void tell() {
        Backend asked = backend;
        if (state != State.OVER || asked == null || told) return;
        told = true;
        UpstreamConnection used = connection;
        String address = used == null ? "" : used.addressText();
        boolean reused = used != null && used.isReused();
        if (log.attempt(asked.labels(), address, reused, outcome, status, begun, ended)
                .failed()) attempts.been(asked);
    }

    /** Gives over the place that it has won at, the {@link #connection}, and the {@link #answers} with a final head. */
    Lease take() {
        lane.lock();
        try {
            taken = true;
            return requireNonNull(lease);
        } finally {
            lane.unlock();
        }
    }

    UpstreamConnection connection() {
        return requireNonNull(connection);
    }

    ResponseReader answers() {
        return requireNonNull(answers);
    }

    /** When its attempt began, nanoseconds of the ticker. */
    long begun() {
        return begun;
    }

    /** The exchange has ended. */
    void finish() {
        callOff(Reason.CLIENT_ABORT);
        if (!hasWon()) return;
        if (!taken) leave(Outcome.NEUTRAL, 0);
        giveBudget();
        giveWorkspace();
    }

    // ---- for any thread of the lane

    /** Nobody waits for an answer any more. */
    void callOff(Reason why) {
        lane.lock();
        try {
            disarm();
            end(HedgeOutcome.CALLED_OFF, why, 0);
            if (state == State.IDLE) state = State.OVER;
            if (state == State.WON && !taken) connection().wire().close();
        } finally {
            lane.unlock();
        }
    }

    /** With the lane's lock. */
    private void disarm() {
        if (state != State.ARMED) return;
        alarm.cancel();
        state = State.IDLE;
    }

    /** Runs on the lane with its lock. */
    private void due() {
        if (state != State.ARMED) return;
        state = State.RUNS;
        lane.start(this::run);
    }

    /** Ends the attempt where it runs, and gives whether it did: whoever comes first says why. */
    private boolean end(HedgeOutcome how, Reason why, int answered) {
        lane.lock();
        try {
            if (state != State.RUNS) return false;
            outcome = why;
            status = answered;
            ended = lane.ticker().nanos();
            client.state.hedge(requireNonNull(slow).labels(), how);
            UpstreamConnection used = connection;
            if (used != null) used.wire().close(); // so that its thread stops waiting
            state = State.OVER;
            LockSupport.unpark(waiter);
            return true;
        } finally {
            lane.unlock();
        }
    }

    // ---- its own thread

    private void run() {
        Outcome judged = Outcome.NEUTRAL;
        long retryAfter = 0;
        boolean won = false;
        try {
            Lease at = place();
            if (at == null || !write(at)) return;
            ResponseHead answer = ask(at);
            if (answer == null) return;
            won = !RetryRule.isGatewayError(answer.status()) && win();
            if (won || !end(HedgeOutcome.FAILED, Reason.OK, answer.status())) return;
            judged = Outcome.FAILED;
            retryAfter = Relay.benchFor(answer, lane.coarseMillis());
        } catch (Failure e) {
            Reason why = reason(e);
            if (end(HedgeOutcome.FAILED, why, 0)) judged = Blame.of(why, e.progress(), false, Blame.NOT_ITS_TURN, 0);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "the second attempt of " + log.requestId() + " failed inside Rondo", e);
            end(HedgeOutcome.FAILED, Reason.INTERNAL_ERROR, 0);
        } finally {
            if (!won) {
                giveBudget(); // before its place is seen to be free
                leave(judged, retryAfter);
                giveWorkspace();
            }
        }
    }

    /** A kept connection that was closed tells nothing of the backend; a second one there is not worth the time. */
    private Reason reason(Failure failure) {
        UpstreamConnection used = connection;
        boolean reused = used != null && used.isReused();
        boolean stale = Ending.of(failure.reason(), failure.progress(), 0, false, reused)
                .stale();
        return stale ? Reason.STALE_CONNECTION : failure.reason();
    }

    /** Takes a place at a backend where the request has not been; null where there is none, or the budget is used up. */
    private @Nullable Lease place() {
        List<Backend> been = new ArrayList<>(tried);
        been.add(requireNonNull(slow));
        if (pool.hasSound(been)) {
            budgeted = pool.budget().tryTake(pool.inFlight());
            if (!budgeted) {
                end(HedgeOutcome.NO_BUDGET, Reason.OUTPACED, 0);
                return null;
            }
            lease = pool.acquire(key, lane.coarseNanos(), client.state.picks(), been);
        }
        if (lease == null) end(HedgeOutcome.NO_BACKEND, Reason.OUTPACED, 0);
        return lease;
    }

    /** Writes the head for this backend while the exchange still has it; false where nobody wants it any more. */
    private boolean write(Lease at) {
        Workspace workspace = client.state.takeWorkspace(client.settings.limits());
        mine = workspace;
        lane.lock();
        try {
            if (state != State.RUNS) return false;
            backend = at.backend();
            begun = lane.ticker().nanos();
            client.state.picked(at.backend().labels());
            head.writeTo(
                    workspace.sink.clear(),
                    client.forwarding,
                    pool.requestRules(),
                    at.backend().authority(),
                    log.newRequestId());
            return true;
        } finally {
            lane.unlock();
        }
    }

    /** Connects, sends the request and reads up to the final head; null where nobody wants it any more. */
    private @Nullable ResponseHead ask(Lease at) throws Failure {
        Workspace workspace = requireNonNull(mine);
        UpstreamConnection to = connect(at.backend());
        if (to == null) return null;
        try {
            workspace.send(to.wire(), pool.config().timeouts().idle().toNanos());
        } catch (WireTimeout e) {
            throw new Failure(Reason.RESPONSE_TIMEOUT, Progress.SENT, "the backend takes nothing");
        } catch (IOException e) {
            throw new Failure(Reason.UPSTREAM_RESET, Progress.SENT, "the backend closed the connection");
        }
        ResponseReader reader = new ResponseReader(lane, to, workspace.response);
        answers = reader;
        long deadline =
                lane.coarseNanos() + attempts.patience(begun, lane.ticker().nanos());
        for (int i = 0; i < ResponseReader.MOST_INTERIM; i++) {
            reader.readHead(deadline);
            ResponseHead answer = reader.head();
            if (answer.status() == 101) {
                throw new Failure(Reason.BAD_RESPONSE, Progress.ANSWERED, "a protocol switch nobody asked for");
            }
            if (!answer.isInterim()) return answer;
        }
        throw new Failure(Reason.BAD_RESPONSE, Progress.ANSWERED, "too many interim answers");
    }

    private @Nullable UpstreamConnection connect(Backend to) throws Failure {
        UpstreamConnection made = to.upstream().takeIdle(lane, true);
        try {
            if (made == null) made = to.upstream().dial(lane, attempts.connecting(begun));
        } catch (ConnectFailure e) {
            throw Failure.early(e.reason(), String.valueOf(e.getMessage()));
        }
        lane.lock();
        try {
            connection = made;
            return state == State.RUNS ? made : null;
        } finally {
            lane.unlock();
        }
    }

    /** Has won unless the first attempt has an answer by now, or nobody waits any more. */
    private boolean win() {
        lane.lock();
        try {
            if (state != State.RUNS) return false;
            state = State.WON;
            client.state.hedge(requireNonNull(slow).labels(), HedgeOutcome.WON);
            onWin.run();
            LockSupport.unpark(waiter);
            return true;
        } finally {
            lane.unlock();
        }
    }

    // ---- for whoever holds it

    private void leave(Outcome judged, long retryAfter) {
        if (answers != null) answers.giveBuffer();
        Lease at = lease;
        if (at == null) return;
        UpstreamConnection used = connection;
        if (used != null) at.backend().upstream().discard(lane, used);
        pool.judge(at, judged, ended - begun, retryAfter, lane.ticker().nanos());
        pool.release(at);
    }

    private void giveBudget() {
        if (budgeted) pool.budget().give();
    }

    private void giveWorkspace() {
        if (mine != null) client.state.giveWorkspace(mine);
    }
}
