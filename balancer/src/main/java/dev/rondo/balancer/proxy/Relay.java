package dev.rondo.balancer.proxy;

import static java.util.Objects.requireNonNull;

import dev.rondo.balancer.cluster.Backend;
import dev.rondo.balancer.cluster.Hedging;
import dev.rondo.balancer.cluster.Lease;
import dev.rondo.balancer.cluster.Outcome;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.config.Affinity;
import dev.rondo.balancer.config.RetryOn;
import dev.rondo.balancer.connect.ConnectFailure;
import dev.rondo.balancer.connect.UpstreamConnection;
import dev.rondo.balancer.http.BadMessage;
import dev.rondo.balancer.http.BodyKind;
import dev.rondo.balancer.http.HeaderRules;
import dev.rondo.balancer.http.Method;
import dev.rondo.balancer.http.RequestHead;
import dev.rondo.balancer.http.ResponseHead;
import dev.rondo.balancer.http.ResponseHead.Persistence;
import dev.rondo.balancer.proxy.Failure.Progress;
import dev.rondo.balancer.proxy.RetryRule.Ending;
import dev.rondo.balancer.proxy.RetryRule.Request;
import dev.rondo.balancer.proxy.RetryRule.Verdict;
import dev.rondo.balancer.telemetry.Reason;
import dev.rondo.balancer.wire.Lane;
import dev.rondo.balancer.wire.Wire;
import dev.rondo.balancer.wire.WireTimeout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One request: read its head, check it, route it, pick a backend, connect, send, read the head of the answer, relay its body,
 * account for it. Read from top to bottom, this is the life of a request.
 */
final class Relay {
    private static final System.Logger LOG = System.getLogger(Relay.class.getName());

    private final ClientConnection client;
    private final Lane lane;
    private final Settings settings;
    private final Workspace work;
    private final RequestHead head;
    private final ExchangeLog log;

    /** The body of the attempt that runs; null before there is one. */
    private @Nullable RequestBody body;

    /** The connection that is in use, until it is given back or closed: exactly once. */
    private volatile @Nullable UpstreamConnection held;

    private @Nullable Backend heldFrom;

    /** The second attempt of this request; null where it may not have one. */
    private volatile @Nullable Hedge hedge;

    /** When the backend had what goes out with the head: nanoseconds of the ticker; until then, when its attempt began. */
    private long asked;

    /** Whether the request goes to the backend it has just been to, on a connection that is new. */
    private boolean stale;

    /** Whether the client's cookie has named this backend, and need not be sent again. */
    private boolean stuck;

    /** Who waits for room at a backend; null while nobody does. */
    private volatile @Nullable Thread queued;

    /** Why nobody waits for the answer any more: the client has gone, or the process ends; null while somebody does. */
    private volatile @Nullable Reason gaveUp;

    Relay(ClientConnection client) {
        this.client = client;
        this.lane = client.lane;
        this.settings = client.settings;
        this.work = client.workspace();
        this.head = work.request;
        this.log = new ExchangeLog(lane.coarseMillis(), lane.coarseNanos(), client.state.newRequestId(), client.peer);
        head.clear();
    }

    /**
     * How an exchange ended.
     *
     * @param keep whether the client's connection is in step for another
     * @param linger whether the client may still be sending, and should get to read its answer
     */
    private record Served(Reason reason, boolean keep, boolean linger) {
        Served(Reason reason, boolean keep) {
            this(reason, keep, false);
        }
    }

    /** Serves one request; gives whether the connection can take another. */
    boolean serve() {
        Served served;
        try {
            if (!readHead()) return false;
            log.head(head, client.forwarding.client(head));
            served = admit(route());
        } catch (Failure failure) {
            served = answerFailure(failure);
        } catch (IOException e) {
            if (!head.isBegun()) return false;
            served = clientLeft();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "request " + log.requestId() + " failed inside Rondo", e);
            served = answerFailure(Failure.early(Reason.INTERNAL_ERROR, "internal error"));
        } finally {
            release();
        }
        end(served);
        return served.keep;
    }

    /** Answers a client that has too many connections, without reading what it wants. */
    void refuse() {
        end(answerFailure(Failure.early(Reason.TOO_MANY_CONNECTIONS, "too many connections of this client address")));
    }

    /** Whatever has happened: nothing runs on behalf of this request any more, and no connection is left behind. */
    private void release() {
        RequestBody sending = body;
        if (sending != null && !sending.isEnded()) {
            client.abort();
            sending.join();
        }
        if (sending != null) sending.forget();
        discard();
    }

    /** Accounts for it; and then, when nobody's place is held any more, waits for the client. */
    private void end(Served served) {
        RequestBody last = body;
        long received = last == null ? 0 : last.received();
        client.state.record(log.end(head, received, lane.ticker().nanos(), served.reason));
        if (served.linger) client.linger();
    }

    // ---- the request

    /** Reads and checks a head; false where the client closed before the first byte of one. */
    private boolean readHead() throws Failure, IOException {
        long deadline = 0;
        try {
            while (!head.feed(client.in())) {
                if (deadline == 0) deadline = lane.ticker().nanos() + settings.requestHead();
                if (client.awaitMore(Math.max(1, deadline - lane.ticker().nanos()))) continue;
                if (!head.isBegun()) return false;
                throw Failure.early(Reason.BAD_REQUEST, "the head ended before it was whole");
            }
            head.parse();
        } catch (WireTimeout e) {
            if (!head.isBegun()) return false;
            throw Failure.early(Reason.REQUEST_HEAD_TIMEOUT, "the head came too slowly");
        } catch (BadMessage e) {
            throw Failure.ofRequest(e);
        }
        if (head.contentLength() > settings.maxBody()) {
            throw Failure.early(Reason.BODY_TOO_LARGE, "body over " + settings.maxBody() + " bytes");
        }
        if (head.maxForwards() == 0) { // RFC 9110 §7.6.2: not to be forwarded
            throw Failure.early(
                    Reason.UNSUPPORTED_METHOD, "the last recipient of " + head.methodText() + " is a proxy");
        }
        return true;
    }

    private Pool route() throws Failure {
        Pool pool = client.proxy.router().only();
        if (pool == null) pool = client.proxy.router().route(head.authority(), head.path());
        if (pool == null) throw Failure.early(Reason.NO_ROUTE, "no route for this host and path");
        log.pool(pool.config().name());
        return pool;
    }

    // ---- attempts

    /** Sheds what is too much for this process at once: a late answer would be worse than a quick refusal. */
    private Served admit(Pool pool) throws Failure, IOException {
        int most = settings.maxInFlight();
        if (most == 0) return forward(pool);
        if (!client.proxy.enter(most)) throw Failure.early(Reason.OVERLOADED, most + " requests are in work");
        try {
            return forward(pool);
        } finally {
            client.proxy.leave();
        }
    }

    /**
     * Takes a place at a backend and asks it; where that comes to nothing, and the request may be repeated, once more. One turn of
     * the loop is one attempt.
     */
    private Served forward(Pool pool) throws Failure, IOException {
        Attempts attempts = new Attempts(pool, lane.coarseNanos());
        RequestBody sending = new RequestBody(
                client,
                work,
                pool.requestRules(),
                pool.config().timeouts().idle().toNanos(),
                isRepeatable() ? pool.config().retry().replayBuffer() : 0);
        body = sending;
        Hedge second = hedgeFor(pool, attempts);
        hedge = second;
        Lease lease = null;
        boolean fresh = false;
        try {
            while (true) {
                if (lease == null) lease = place(pool, attempts);
                Served served = attempt(pool, lease, attempts, sending, fresh);
                if (served != null) return served;
                if (second != null && second.hasWon()) {
                    leave(pool, lease);
                    lease = second.take();
                    return takeOver(pool, lease, second, sending);
                }
                fresh = stale;
                if (!stale) {
                    leave(pool, lease);
                    lease = null;
                }
                sending.again();
            }
        } finally {
            if (lease != null) leave(pool, lease);
            if (second != null) second.finish();
            attempts.end();
        }
    }

    /** What may be slow without harm is sent twice: what changes nothing (RFC 9110 §9.2.1), and what is sent with its head. */
    private @Nullable Hedge hedgeFor(Pool pool, Attempts attempts) {
        Hedging terms = pool.hedging();
        if (terms == null) return null;
        Method method = head.knownMethod();
        boolean harmless = method != null && method.isSafe() && head.bodyKind() == BodyKind.NONE && !head.isUpgrade();
        return harmless ? new Hedge(client, pool, terms, attempts, head, log, this::closeHeld) : null;
    }

    /** Whether sending it twice means the same as once (RFC 9110 §9.2.2). */
    private boolean isRepeatable() {
        Method method = head.knownMethod();
        return (method != null && method.isIdempotent()) || head.hasIdempotencyKey();
    }

    private Lease place(Pool pool, Attempts attempts) throws Failure {
        Affinity affinity = pool.config().balancing().affinity();
        String token = affinity == null || !attempts.tried().isEmpty() ? null : head.cookie(affinity.cookie());
        Lease sticky = token == null ? null : pool.acquire(token, lane.coarseNanos());
        stuck = sticky != null;
        if (sticky != null) {
            client.state.picked(sticky.backend().labels());
            return sticky;
        }
        long key = HashKey.of(pool.config(), head, log.client());
        Lease lease = pool.acquire(key, lane.coarseNanos(), client.state.picks(), attempts.tried());
        if (lease == null) lease = queue(pool, attempts, key);
        client.state.picked(lease.backend().labels());
        return lease;
    }

    /** Every backend has as many requests as it may have. */
    private Lease queue(Pool pool, Attempts attempts, long key) throws Failure {
        if (!pool.canServe()) throw Failure.early(Reason.NO_HEALTHY_BACKEND, "no backend of this pool can be used");
        long now = lane.ticker().nanos();
        long patience =
                attempts.within(pool.config().balancing().queue().timeout().toNanos(), now);
        client.giveEmptyIn();
        queued = Thread.currentThread();
        watchClient();
        try {
            return switch (pool.await(
                    key, client.state.picks(), attempts::tried, now + patience, () -> gaveUp != null)) {
                case Pool.Waited.Got got -> got.lease();
                case Pool.Waited.LineFull full -> throw Failure.early(Reason.QUEUE_FULL, "as many wait as may");
                case Pool.Waited.TooLong tooLong ->
                    throw attempts.isLate(lane.ticker().nanos())
                            ? Failure.early(Reason.RESPONSE_TIMEOUT, "no backend had room in the time for the request")
                            : Failure.early(Reason.QUEUE_TIMEOUT, "no backend had room in time");
                case Pool.Waited.NoBackend nobody ->
                    throw Failure.early(Reason.NO_HEALTHY_BACKEND, "no backend of this pool can be used any more");
                case Pool.Waited.Pointless pointless -> throw Failure.early(why(), "nobody waits for the answer");
            };
        } finally {
            queued = null;
            client.wire.unwatch();
        }
    }

    private void leave(Pool pool, Lease lease) {
        discard();
        pool.release(lease);
    }

    /**
     * Gives null where the request is to be sent once more, or the second attempt has won; {@link #stale} says whether it goes to
     * the same backend.
     */
    private @Nullable Served attempt(Pool pool, Lease lease, Attempts attempts, RequestBody sending, boolean fresh)
            throws Failure, IOException {
        Backend backend = lease.backend();
        long begun = lane.ticker().nanos();
        asked = begun;
        UpstreamConnection connection = null;
        try {
            boolean again = isRepeatable() && sending.mayGoOutAgain();
            connection = connect(backend, fresh, again, attempts.connecting(begun));
            return exchange(pool, lease, attempts, connection, sending, begun);
        } catch (Failure failure) {
            discard();
            long ended = lane.ticker().nanos();
            boolean late = attempts.isLate(ended);
            if (gaveUp == null && !late) sending.settle();
            boolean overtaken = isOvertaken(failure, ended - begun);
            boolean reused = connection != null && connection.isReused();
            Ending ending = Ending.of(failure.reason(), failure.progress(), 0, log.status() != 0, reused);
            Verdict verdict = overtaken ? null : judge(attempts, backend, ending, sending);
            stale = verdict == Verdict.REPEAT_FRESH;
            boolean closed = stale || (overtaken && ending.stale());
            String address = connection == null ? "" : connection.addressText();
            Reason outcome = closed ? Reason.STALE_CONNECTION : failure.reason();
            log.attempt(backend.labels(), address, reused, outcome, 0, begun, ended);
            // what comes of the fresh connection is what counts, for a trial of the backend too
            if (!stale) {
                long waited = waited(failure, sending, begun, ended);
                long telling = pool.config().timeouts().connect().toNanos();
                boolean cutShort = late && failure != sending.failure();
                Outcome said = Blame.of(outcome, failure.progress(), cutShort, waited, telling);
                pool.judge(lease, said, waited, 0, ended);
            }
            if (overtaken) return null;
            if (stale) client.state.staleRepeat(backend.labels());
            else if (verdict == Verdict.REPEAT) client.state.retry(backend.labels(), requireNonNull(ending.what()));
            else throw failure;
            return null;
        }
    }

    /** Whether the second attempt has won; where it runs while this one has failed, its end is waited for. */
    private boolean isOvertaken(Failure failure, long took) {
        Hedge second = hedge;
        if (second == null) return false;
        boolean slow = failure.reason() == Reason.OUTPACED || failure.reason() == Reason.RESPONSE_TIMEOUT;
        if (slow) second.took(took);
        if (gaveUp == null) watchClient(); // who may leave while the second attempt is waited for
        try {
            return second.await();
        } finally {
            client.wire.unwatch();
            second.tell();
        }
    }

    /** For how long the backend was waited for, as {@link Blame} has it. */
    private long waited(Failure failure, RequestBody sending, long begun, long ended) {
        if (failure.progress() == Progress.NOTHING_SENT) return ended - begun;
        if (!sending.isDelivered()) return Blame.NOT_ITS_TURN;
        return Math.max(0, ended - (sending.isStarted() ? sending.endedAt() : asked));
    }

    private Verdict judge(Attempts attempts, Backend backend, Ending ending, RequestBody sending) {
        Request request = new Request(head.knownMethod(), head.hasIdempotencyKey(), sending.held());
        return attempts.judge(
                backend, ending, request, isAwaited(sending), lane.ticker().nanos());
    }

    /** As {@link #judge} would say if all of the body that may come were here. */
    private Verdict foresee(Attempts attempts, Backend backend, Ending ending, RequestBody sending) {
        Request request = new Request(head.knownMethod(), head.hasIdempotencyKey(), sending.hoped());
        return attempts.foresee(
                backend, ending, request, isAwaited(sending), lane.ticker().nanos());
    }

    private boolean isAwaited(RequestBody sending) {
        Failure ofBody = sending.failure();
        return gaveUp == null && (ofBody == null || ofBody.reason().party() != Reason.Party.CLIENT);
    }

    /** Closes the connection in use, if it still is. */
    private void discard() {
        UpstreamConnection connection = held;
        Backend from = heldFrom;
        held = null;
        if (connection != null && from != null) from.upstream().discard(lane, connection);
    }

    /** Keeps the connection in use for the next request. */
    private void keepConnection() {
        UpstreamConnection connection = held;
        Backend from = heldFrom;
        held = null;
        if (connection != null && from != null) from.upstream().release(lane, connection);
    }

    /**
     * @param again whether the request may be sent once more, should a kept connection turn out to be closed
     * @param most nanoseconds that a new connection may take
     */
    private UpstreamConnection connect(Backend backend, boolean fresh, boolean again, long most) throws Failure {
        heldFrom = backend;
        UpstreamConnection kept = fresh ? null : backend.upstream().takeIdle(lane, again);
        try {
            if (kept == null) client.giveEmptyIn(); // dialling may take its time
            UpstreamConnection connection =
                    kept != null ? kept : backend.upstream().dial(lane, most);
            held = connection;
            return connection;
        } catch (ConnectFailure e) {
            throw Failure.early(e.reason(), String.valueOf(e.getMessage()));
        }
    }

    /**
     * Sends the request on {@code connection} and relays its answer. A failure before the answer began is thrown; null where the
     * answer says that the backend cannot serve, and another is to be asked.
     */
    private @Nullable Served exchange(
            Pool pool, Lease lease, Attempts attempts, UpstreamConnection connection, RequestBody sending, long begun)
            throws Failure, IOException {
        Backend backend = lease.backend();
        Wire upstream = connection.wire();
        Reason gone = gaveUp; // while it connected: nobody would hear what comes of it
        if (gone != null) throw Failure.early(gone, "nobody waits for the answer");
        sendHead(pool, backend, upstream, sending);
        if (gaveUp != null) upstream.close();
        asked = lane.coarseNanos();
        long patience = attempts.patience(begun, asked);
        Hedge second = hedge;
        if (second != null && !stuck) second.arm(backend, begun);
        if (sending.isMoved()) {
            // the body stays where it is as long as it may have to be sent once more
            if (head.bodyKind() == BodyKind.NONE || !(connection.isReused() || isRepeatable())) client.giveEmptyIn();
            watchClient();
        } else {
            sending.start(upstream, () -> attempts.within(patience, lane.coarseNanos()), this::watchClient);
        }

        ResponseReader answers = new ResponseReader(lane, connection, work.response);
        try {
            readAnswer(answers, sending, attempts, patience);
            long ended = lane.ticker().nanos();
            int status = answers.head().status();
            boolean failed = RetryRule.isGatewayError(status);
            boolean overtaken = second != null && second.outdoes(failed, ended - begun);
            answered(pool, lease, connection, answers.head(), begun, ended);
            if (overtaken) return null;
            if (failed) {
                Verdict verdict = asksAnother(attempts, backend, connection, sending, answers);
                if (verdict == Verdict.REPEAT) return null;
                if (!upstream.isOpen()) return answerInstead(verdict, sending);
            }
            sending.forget();
            return status == 101
                    ? tunnel(pool, lease, connection, answers)
                    : relayAnswer(pool, lease, answers, sending);
        } finally {
            stopWatching(sending);
            answers.giveBuffer();
        }
    }

    /** Writes down an attempt that got the head of an answer. */
    private void answered(
            Pool pool, Lease lease, UpstreamConnection connection, ResponseHead answer, long begun, long ended) {
        int status = answer.status();
        client.state.connectionUsed(log.attempt(
                lease.backend().labels(),
                connection.addressText(),
                connection.isReused(),
                Reason.OK,
                status,
                begun,
                ended));
        boolean failed = RetryRule.isGatewayError(status);
        pool.judge(
                lease,
                failed ? Outcome.FAILED : Outcome.OK,
                ended - begun,
                benchFor(answer, lane.coarseMillis()),
                ended);
    }

    /** For how many seconds a backend asks to be left alone: of a 503 only. 502 and 504 tell of who is behind it. */
    static long benchFor(ResponseHead answer, long nowMillis) {
        return answer.status() == 503 ? answer.retryAfter(nowMillis) : 0;
    }

    /** The second attempt was faster and has the head of its answer: the rest is as if it had been the only one. */
    private Served takeOver(Pool pool, Lease lease, Hedge second, RequestBody sending) throws IOException {
        UpstreamConnection connection = second.connection();
        ResponseReader answers = second.answers();
        heldFrom = lease.backend();
        held = connection;
        if (gaveUp != null) connection.wire().close();
        watchClient();
        try {
            answered(
                    pool,
                    lease,
                    connection,
                    answers.head(),
                    second.begun(),
                    lane.ticker().nanos());
            return relayAnswer(pool, lease, answers, sending);
        } finally {
            stopWatching(sending);
            answers.giveBuffer();
        }
    }

    /**
     * Whether an answer is not passed on, because another backend may give a better one. Where it would be if only the client's
     * body were here, the body is waited for, and the answer's connection is closed for that: whatever the verdict then is.
     */
    private Verdict asksAnother(
            Attempts attempts,
            Backend backend,
            UpstreamConnection connection,
            RequestBody sending,
            ResponseReader answers) {
        ResponseHead response = answers.head();
        Ending ending = Ending.of(Reason.OK, Progress.ANSWERED, response.status(), false, connection.isReused());
        if (!sending.isEnded()) {
            Verdict hoped = foresee(attempts, backend, ending, sending);
            if (hoped != Verdict.REPEAT) return hoped;
            connection.wire().close(); // or the body might wait for a backend that does not read it
            sending.settle();
        }
        Verdict verdict = judge(attempts, backend, ending, sending);
        if (verdict != Verdict.REPEAT) return verdict;
        stale = false;
        client.state.retry(backend.labels(), RetryOn.GATEWAY_ERROR);
        // a short answer that is here already costs no connection
        BodyKind kind = response.bodyKind(head.isHead());
        long length = kind == BodyKind.NONE ? 0 : kind == BodyKind.LENGTH ? response.contentLength() : -1;
        boolean clean = response.isPersistent()
                && sending.isDelivered()
                && answers.leftover().remaining() == length;
        if (clean && gaveUp == null) keepConnection();
        return verdict;
    }

    /** The backend's answer is lost, and nobody else is asked after all. */
    private Served answerInstead(Verdict why, RequestBody sending) {
        stopWatching(sending); // whoever reads from the client now is alone with its buffer
        sending.forget();
        Reason reason = why == Verdict.DEADLINE ? Reason.RESPONSE_TIMEOUT : Reason.RESPONSE_TRUNCATED;
        return answerFailure(
                whoseFault(new Failure(reason, Progress.ANSWERED, "not repeated: " + why.word()), sending));
    }

    /** The head and as much of the body as is here and fits go out with one write. */
    private void sendHead(Pool pool, Backend backend, Wire upstream, RequestBody sending) throws Failure {
        work.sink.clear();
        head.writeTo(work.sink, client.forwarding, pool.requestRules(), backend.authority(), log.newRequestId());
        long idle = pool.config().timeouts().idle().toNanos();
        ByteBuffer out = lane.buffers().take();
        boolean sent = false;
        try {
            int from = 0;
            while (work.sink.length() - from > out.remaining()) { // a head larger than a buffer goes in pieces
                int count = out.remaining();
                upstream.write(out.put(work.sink.array(), from, count).flip(), idle);
                sent = true;
                out.clear();
                from += count;
            }
            out.put(work.sink.array(), from, work.sink.length() - from);
            sending.transfer(client.in(), out);
            upstream.write(out.flip(), idle);
        } catch (WireTimeout e) {
            throw new Failure(Reason.RESPONSE_TIMEOUT, Progress.SENT, "the backend takes nothing");
        } catch (IOException e) {
            boolean nothing = !sent && out.position() == 0;
            throw new Failure(
                    Reason.UPSTREAM_RESET,
                    nothing ? Progress.NOTHING_SENT : Progress.SENT,
                    "the backend closed the connection");
        } finally {
            lane.buffers().give(out);
        }
    }

    /** While the backend thinks, the client may leave. */
    private void watchClient() {
        client.wire.watch(this::clientStirs);
    }

    private void stopWatching(RequestBody sending) {
        sending.abandoned(); // first: it would begin to watch when it ends
        client.wire.unwatch();
    }

    /** Runs on the lane, with its lock. */
    private void clientStirs() {
        switch (client.peek()) {
            case NOTHING -> watchClient();
            case BYTES -> {} // a further request: that the client leaves after it is seen when it is answered
            case GONE -> giveUp(Reason.CLIENT_ABORT);
        }
    }

    /** Ends the wait for an answer. May be called from any thread of the lane. */
    void giveUp(Reason reason) {
        lane.lock();
        try {
            if (gaveUp == null) gaveUp = reason; // the first to leave is the one who did
            LockSupport.unpark(queued);
            Hedge second = hedge;
            if (second != null) second.callOff(gaveUp);
            closeHeld();
        } finally {
            lane.unlock();
        }
    }

    /** So that whoever waits for an answer stops waiting. Called with the lane's lock. */
    private void closeHeld() {
        UpstreamConnection waitedFor = held;
        if (waitedFor != null) waitedFor.wire().close();
    }

    // ---- the answer

    /**
     * Reads heads up to the first that is not interim; those are passed on at once (RFC 9110 §15.2). All of them together have
     * {@code timeout} from the moment in which it is the backend's turn, and no longer than the whole request.
     */
    private void readAnswer(ResponseReader answers, RequestBody sending, Attempts attempts, long timeout)
            throws Failure {
        ResponseHead response = answers.head();
        long deadline = Wire.FOREVER;
        boolean hadAll = false;
        for (int i = 0; i < ResponseReader.MOST_INTERIM; i++) {
            boolean hasAll = sending.isEnded();
            if (!sending.isBackendsTurn()) deadline = Wire.FOREVER; // while the client still sends, its own times count
            else if (deadline == Wire.FOREVER || hasAll != hadAll) {
                long now = lane.coarseNanos();
                deadline = now + attempts.within(timeout, now);
            }
            hadAll = hasAll;
            try {
                answers.readHead(deadline);
            } catch (Failure failure) {
                throw whoseFault(failure, sending);
            }
            if (response.status() == 101 && !head.isUpgrade()) {
                throw new Failure(Reason.BAD_RESPONSE, Progress.ANSWERED, "a protocol switch nobody asked for");
            }
            if (!response.isInterim()) {
                sending.answered(answers.wire());
                return;
            }
            if (response.status() == 100) sending.continued();
            if (!head.isHttp10()) passOn(response);
        }
        throw new Failure(Reason.BAD_RESPONSE, Progress.ANSWERED, "too many interim answers");
    }

    private void passOn(ResponseHead interim) throws Failure {
        work.sink.clear();
        interim.writeTo(work.sink, false, false, Persistence.IMPLIED, null, HeaderRules.NONE);
        try {
            work.send(client.wire, settings.idle());
        } catch (IOException e) { // ends the attempt, like any other failure: so it is written down, and judged
            giveUp(Reason.CLIENT_ABORT);
            throw new Failure(why(), Progress.INTERIM, "the client takes nothing");
        }
    }

    /** A connection that was closed here because of the client looks as if the backend had closed it. */
    private Failure whoseFault(Failure failure, RequestBody sending) {
        Failure ofBody = sending.failure();
        if (ofBody != null) return ofBody;
        Hedge second = hedge;
        if (second != null && second.hasWon()) return Failure.outpaced();
        Reason reason = gaveUp;
        return reason != null ? new Failure(reason, failure.progress(), "nobody waits for the answer") : failure;
    }

    /** Passes a final answer on; from here on the client has a status, and a failure can only be cut off. */
    private Served relayAnswer(Pool pool, Lease lease, ResponseReader answers, RequestBody sending) throws IOException {
        ResponseHead response = answers.head();
        BodyKind kind = response.bodyKind(head.isHead());
        boolean delimited = kind == BodyKind.NONE || kind == BodyKind.LENGTH;
        boolean chunked = !delimited && !head.isHttp10();
        boolean early = !sending.isEnded();
        boolean abandoned = early && (response.status() >= 400 || response.saysClose() || sending.isUnwanted());
        boolean keep = head.isPersistent() && (delimited || chunked) && !abandoned && !client.proxy.isDraining();

        work.sink.clear();
        Persistence persistence = head.isHttp10() ? Persistence.KEEP_ALIVE : Persistence.IMPLIED;
        response.writeTo(
                work.sink,
                chunked,
                delimited && response.status() != 204,
                keep ? persistence : Persistence.CLOSE,
                client.state.date(log.startMillis()),
                pool.responseRules(),
                cookie(pool, lease));
        log.status(response.status());

        ResponseBody answer = new ResponseBody(lane, answers, client.wire, kind, chunked, work, pool, settings.idle());
        // a backend that answers before it has heard all may take what comes late for another request
        boolean reusable = response.isPersistent() && kind != BodyKind.UNTIL_CLOSE && !early;
        Reason reason = answer.relay(() -> {
            stopWatching(sending);
            boolean clean = !answers.hasLeftover() && sending.isDelivered() && gaveUp == null;
            if (reusable && clean) keepConnection(); // now, so that a slow client does not hold it
        });
        stopWatching(sending); // whoever reads from the client now is alone with its buffer
        log.sent(answer.sent());
        Reason why = gaveUp;
        Failure ofBody = sending.failure(); // for which the backend's connection was closed
        if (why != null) reason = why;
        else if (reason != Reason.OK && ofBody != null) reason = ofBody.reason();
        tellWhole(pool, lease, reason, kind != BodyKind.NONE && !RetryRule.isGatewayError(response.status()));
        if ((why != null || reason == Reason.CLIENT_ABORT) && answer.sent() == 0) log.status(Status.of(reason));
        if (reason != Reason.OK) client.abort(); // or a cut answer would pass for a whole one

        boolean last = !keep || reason != Reason.OK;
        // while draining the client may have sent its next request already
        boolean unread = !sending.isWhole()
                || !sending.isEnded()
                || client.in().hasRemaining()
                || (client.proxy.isDraining() && head.isPersistent());
        if (last) discard(); // a backend that reads no more must not hold up the one who sends
        if (reason == Reason.OK && last && unread) client.wire.shutdownOutput();
        endBody(sending, last);
        discard();
        return new Served(reason, !last && sending.isWhole(), reason == Reason.OK && last && unread);
    }

    /** What brings the client back to this backend; null where nothing has to be said. */
    private byte @Nullable [] cookie(Pool pool, Lease lease) {
        Affinity affinity = pool.config().balancing().affinity();
        return affinity == null || stuck ? null : StickyCookie.line(affinity, pool.token(lease.backend()));
    }

    /** Whether the answer was whole. That a head has come said nothing of it. */
    private void tellWhole(Pool pool, Lease lease, Reason reason, boolean couldFail) {
        if (reason.party() == Reason.Party.UPSTREAM) {
            log.cut(reason);
            pool.judge(lease, Outcome.CUT, 0, 0, lane.coarseNanos());
        } else if (reason == Reason.OK && couldFail) {
            pool.whole(lease);
        }
    }

    /** Waits for a body that is still being sent; not long where its connection is at its end anyway. */
    private void endBody(RequestBody sending, boolean hurry) {
        if (sending.isEnded()) return;
        if (hurry) sending.hurry();
        sending.join();
    }

    private Served tunnel(Pool pool, Lease lease, UpstreamConnection connection, ResponseReader answers)
            throws IOException {
        client.wire.unwatch();
        work.sink.clear();
        answers.head()
                .writeTo(work.sink, false, false, Persistence.IMPLIED, null, pool.responseRules(), cookie(pool, lease));
        log.status(101);
        work.send(client.wire, settings.idle());
        Tunnel tunnel = new Tunnel(
                lane,
                client.wire,
                connection.wire(),
                pool.config().timeouts().tunnel().toNanos());
        tunnel.run(client.in(), client::giveEmptyIn, answers.leftover(), answers::giveBuffer);
        log.tunnelled(tunnel.bytesFromClient(), tunnel.bytesToClient());
        return new Served(Reason.OK, false);
    }

    // ---- answers of our own

    /** Tells the client what went wrong, if it is still there to hear it. */
    private Served answerFailure(Failure failure) {
        Reason reason = failure.reason();
        LOG.log(
                System.Logger.Level.DEBUG,
                () -> "request " + log.requestId() + ": " + reason.word() + ": " + failure.getMessage());
        if (log.status() != 0) { // an answer has begun: all that is left is not to let it pass for a whole one
            client.abort();
            return cutOff(reason);
        }
        log.status(Status.of(reason));
        if (gaveUp != null) {
            client.abort();
            return cutOff(reason);
        }
        RequestBody sending = body;
        boolean inStep = sending == null ? head.bodyKind() == BodyKind.NONE : sending.isWhole() && sending.isEnded();
        boolean ours = reason.party() != Reason.Party.CLIENT && reason != Reason.INTERNAL_ERROR;
        boolean keep = ours && inStep && head.isPersistent() && !client.proxy.isDraining();
        try {
            // a client whose body ended too early may have closed its own direction only
            Reason told = reason == Reason.CLIENT_ABORT ? Reason.BAD_REQUEST : reason;
            String exposed = settings.exposeErrors() ? settings.via() : "";
            work.sink.clear();
            log.sent(OwnAnswer.appendTo(
                    work.sink,
                    told,
                    log.requestId(),
                    client.state.date(log.startMillis()),
                    head.isHead(),
                    !keep,
                    exposed));
            work.send(client.wire, settings.idle());
            if (keep) return new Served(reason, true);
            client.wire.shutdownOutput();
        } catch (IOException e) {
            return cutOff(reason);
        }
        if (sending != null) endBody(sending, true);
        return new Served(reason, false, true);
    }

    private Reason why() {
        Reason why = gaveUp;
        return why != null ? why : Reason.CLIENT_ABORT;
    }

    private Served clientLeft() {
        Reason reason = why();
        if (log.status() == 0) log.status(Status.of(reason));
        return cutOff(reason);
    }

    private Served cutOff(Reason reason) {
        RequestBody sending = body;
        if (sending != null) endBody(sending, true);
        return new Served(reason, false);
    }
}
