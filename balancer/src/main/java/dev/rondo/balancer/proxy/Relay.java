package dev.rondo.balancer.proxy;

import dev.rondo.balancer.cluster.Backend;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.config.PoolTimeouts;
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
import dev.rondo.balancer.telemetry.Reason;
import dev.rondo.balancer.wire.Lane;
import dev.rondo.balancer.wire.Wire;
import dev.rondo.balancer.wire.WireTimeout;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One request: read its head, check it, route it, pick a backend, connect, send, read the head of the answer, relay its body,
 * account for it. Read from top to bottom, this is the life of a request.
 */
final class Relay {
    private static final System.Logger LOG = System.getLogger(Relay.class.getName());
    private static final int INTERIM_ANSWERS = 32;

    private final ClientConnection client;
    private final Lane lane;
    private final Settings settings;
    private final Workspace work;
    private final RequestHead head;
    private final ResponseHead response;
    private final ExchangeLog log;

    /** The body of the attempt that runs; null before there is one. */
    private @Nullable RequestBody body;

    /** The connection that is in use, until it is given back or closed: exactly once. */
    private volatile @Nullable UpstreamConnection held;

    private @Nullable Backend heldFrom;

    /** Why nobody waits for the answer any more: the client has gone, or the process ends; null while somebody does. */
    private volatile @Nullable Reason gaveUp;

    Relay(ClientConnection client) {
        this.client = client;
        this.lane = client.lane;
        this.settings = client.settings;
        this.work = client.workspace();
        this.head = work.request;
        this.response = work.response;
        this.log = new ExchangeLog(lane.coarseMillis(), lane.coarseNanos(), client.state.newRequestId(), client.peer);
        head.clear();
    }

    /** How an exchange ended, and whether the client's connection is in step for another. */
    private record Served(Reason reason, boolean keep) {}

    /** Serves one request; gives whether the connection can take another. */
    boolean serve() {
        Served served;
        try {
            if (!readHead()) return false;
            log.head(head, client.forwarding.client(head));
            served = forward(route());
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
        account(served);
        return served.keep;
    }

    /** Answers a client that has too many connections, without reading what it wants. */
    void refuse() {
        account(answerFailure(
                Failure.early(Reason.TOO_MANY_CONNECTIONS, "too many connections of this client address")));
    }

    /** Whatever has happened: nothing runs on behalf of this request any more, and no connection is left behind. */
    private void release() {
        RequestBody sending = body;
        if (sending != null && !sending.isEnded()) {
            client.abort();
            sending.join();
        }
        discard();
    }

    private void account(Served served) {
        RequestBody last = body;
        long received = last == null ? 0 : last.received();
        client.state.record(log.end(head, received, lane.ticker().nanos(), served.reason));
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

    /** Picks a backend and asks it. */
    private Served forward(Pool pool) throws Failure, IOException {
        Backend backend = pool.pick();
        if (backend == null) throw Failure.early(Reason.NO_HEALTHY_BACKEND, "no backend of this pool can be used");
        client.state.attemptBegins(backend.labels());
        try {
            return attempt(pool, backend);
        } finally {
            client.state.attemptEnds(backend.labels());
        }
    }

    /** One turn of the loop is one connection: a second one only where the first had been kept too long. */
    private Served attempt(Pool pool, Backend backend) throws Failure, IOException {
        boolean bodiless = head.bodyKind() == BodyKind.NONE;
        int bodyStart = client.in().position();
        boolean fresh = false;
        while (true) {
            long begun = lane.ticker().nanos();
            RequestBody sending = new RequestBody(
                    client,
                    work,
                    pool.requestRules(),
                    pool.config().timeouts().idle().toNanos());
            body = sending;
            UpstreamConnection connection = null;
            try {
                connection = connect(backend, fresh);
                return exchange(pool, backend, connection, sending, begun);
            } catch (Failure failure) {
                boolean reused = connection != null && connection.isReused();
                boolean repeats = reused && mayRepeat(failure, sending);
                Reason outcome = repeats ? Reason.STALE_CONNECTION : failure.reason();
                String address = connection == null ? "" : connection.addressText();
                log.attempt(
                        backend.labels(),
                        address,
                        reused,
                        outcome,
                        0,
                        begun,
                        lane.ticker().nanos());
                discard();
                if (!repeats) throw failure;
                client.state.staleRepeat(backend.labels());
                if (!bodiless) client.in().position(bodyStart); // it is all still there, whatever came behind it
                fresh = true;
            }
        }
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
     * Whether a request that met a connection its backend had closed already may be sent once more: no byte of an answer
     * has come, and either nothing was sent or the method is safe to repeat and all of the body is still here
     * (RFC 9112 §9.3.1).
     */
    private boolean mayRepeat(Failure failure, RequestBody sent) {
        if (failure.reason() != Reason.UPSTREAM_RESET || sent.isStarted()) return false;
        if (failure.progress() == Progress.NOTHING_SENT) return true;
        Method method = head.knownMethod();
        return failure.progress() == Progress.SENT && method != null && method.isIdempotent();
    }

    private UpstreamConnection connect(Backend backend, boolean fresh) throws Failure {
        heldFrom = backend;
        UpstreamConnection kept = fresh ? null : backend.upstream().takeIdle(lane);
        try {
            if (kept == null) client.giveEmptyIn(); // dialling may take its time
            UpstreamConnection connection =
                    kept != null ? kept : backend.upstream().dial(lane);
            held = connection;
            return connection;
        } catch (ConnectFailure e) {
            throw Failure.early(e.reason(), String.valueOf(e.getMessage()));
        }
    }

    /** Sends the request on {@code connection} and relays its answer. A failure before the answer began is thrown. */
    private Served exchange(Pool pool, Backend backend, UpstreamConnection connection, RequestBody sending, long begun)
            throws Failure, IOException {
        PoolTimeouts timeouts = pool.config().timeouts();
        Wire upstream = connection.wire();
        sendHead(pool, backend, upstream, sending);
        if (gaveUp != null) upstream.close();
        if (sending.isMoved()) {
            // the body stays where it is as long as it may have to be sent once more
            if (head.bodyKind() == BodyKind.NONE || !connection.isReused()) client.giveEmptyIn();
            watchClient();
        } else {
            sending.start(upstream, timeouts.response().toNanos(), this::watchClient);
        }

        ResponseReader answers = new ResponseReader(lane, upstream, response);
        try {
            readAnswer(answers, sending, timeouts.response().toNanos());
            client.state.connectionUsed(log.attempt(
                    backend.labels(),
                    connection.addressText(),
                    connection.isReused(),
                    Reason.OK,
                    response.status(),
                    begun,
                    lane.ticker().nanos()));
            return response.status() == 101 ? tunnel(pool, connection, answers) : relayAnswer(pool, answers, sending);
        } finally {
            stopWatching(sending);
            answers.giveBuffer();
        }
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
            UpstreamConnection waitedFor = held;
            if (waitedFor != null) waitedFor.wire().close(); // so that whoever waits for an answer stops waiting
        } finally {
            lane.unlock();
        }
    }

    // ---- the answer

    /**
     * Reads heads up to the first that is not interim; those are passed on at once (RFC 9110 §15.2). All of them together have
     * {@code timeout} from the moment in which it is the backend's turn.
     */
    private void readAnswer(ResponseReader answers, RequestBody sending, long timeout) throws Failure, IOException {
        long deadline = Wire.FOREVER;
        boolean hadAll = false;
        for (int i = 0; i < INTERIM_ANSWERS; i++) {
            boolean hasAll = sending.isEnded();
            if (!sending.isBackendsTurn()) deadline = Wire.FOREVER; // while the client still sends, its own times count
            else if (deadline == Wire.FOREVER || hasAll != hadAll) deadline = lane.coarseNanos() + timeout;
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
            if (head.isHttp10()) continue;
            work.sink.clear();
            response.writeTo(work.sink, false, false, Persistence.IMPLIED, null, HeaderRules.NONE);
            client.write(work.sink);
        }
        throw new Failure(Reason.BAD_RESPONSE, Progress.ANSWERED, "too many interim answers");
    }

    /** A connection that was closed here because of the client looks as if the backend had closed it. */
    private Failure whoseFault(Failure failure, RequestBody sending) {
        Failure ofBody = sending.failure();
        if (ofBody != null) return ofBody;
        Reason reason = gaveUp;
        return reason != null ? new Failure(reason, Progress.SENT, "nobody waits for the answer") : failure;
    }

    /** Passes a final answer on; from here on the client has a status, and a failure can only be cut off. */
    private Served relayAnswer(Pool pool, ResponseReader answers, RequestBody sending) throws IOException {
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
                pool.responseRules());
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
        if (why != null) reason = why;
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
        if (reason == Reason.OK && last && unread) client.linger();
        return new Served(reason, !last && sending.isWhole());
    }

    /** Waits for a body that is still being sent; not long where its connection is at its end anyway. */
    private void endBody(RequestBody sending, boolean hurry) {
        if (sending.isEnded()) return;
        if (hurry) sending.hurry();
        sending.join();
    }

    private Served tunnel(Pool pool, UpstreamConnection connection, ResponseReader answers) throws IOException {
        client.wire.unwatch();
        work.sink.clear();
        response.writeTo(work.sink, false, false, Persistence.IMPLIED, null, pool.responseRules());
        log.status(101);
        client.write(work.sink);
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
            client.write(work.sink);
            if (keep) return new Served(reason, true);
            client.wire.shutdownOutput();
        } catch (IOException e) {
            return cutOff(reason);
        }
        if (sending != null) endBody(sending, true);
        client.linger();
        return new Served(reason, false);
    }

    private Served clientLeft() {
        Reason why = gaveUp;
        Reason reason = why != null ? why : Reason.CLIENT_ABORT;
        if (log.status() == 0) log.status(Status.of(reason));
        return cutOff(reason);
    }

    private Served cutOff(Reason reason) {
        RequestBody sending = body;
        if (sending != null) endBody(sending, true);
        return new Served(reason, false);
    }
}
