package dev.rondo.balancer.proxy;

import dev.rondo.balancer.cluster.Backend;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.config.PoolTimeouts;
import dev.rondo.balancer.connect.ConnectFailure;
import dev.rondo.balancer.connect.UpstreamConnection;
import dev.rondo.balancer.http.BadMessage;
import dev.rondo.balancer.http.BodyKind;
import dev.rondo.balancer.http.Forwarding;
import dev.rondo.balancer.http.HeaderRules;
import dev.rondo.balancer.http.Method;
import dev.rondo.balancer.http.RequestHead;
import dev.rondo.balancer.http.ResponseHead;
import dev.rondo.balancer.http.ResponseHead.Persistence;
import dev.rondo.balancer.proxy.Failure.Progress;
import dev.rondo.balancer.telemetry.Reason;
import dev.rondo.balancer.wire.Buffers;
import dev.rondo.balancer.wire.Lane;
import dev.rondo.balancer.wire.Wire;
import dev.rondo.balancer.wire.WireTimeout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client connection, from its first request to its last: the life of a request, top to bottom. Runs on a virtual thread
 * of its lane; nobody else touches what is here, but for {@link #drain}.
 */
final class Relay {
    private static final System.Logger LOG = System.getLogger(Relay.class.getName());
    private static final long LINGER = TimeUnit.SECONDS.toNanos(2);
    private static final long LINGER_BYTES = 4 * 1024 * 1024;
    private static final long DRAIN_GRACE = TimeUnit.SECONDS.toNanos(1);
    private static final int INTERIM_ANSWERS = 32;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Proxy proxy;
    private final LaneState state;
    private final Lane lane;
    private final Wire client;
    private final String peer;
    private final Forwarding forwarding;
    private final Settings settings;

    /** What the client has sent and nobody has taken yet; no buffer is held while there is nothing. */
    private ByteBuffer in = NOTHING;

    private @Nullable Workspace work;
    private volatile boolean idle;

    Relay(Proxy proxy, LaneState state, Wire client, String peer, boolean trusted) {
        this.proxy = proxy;
        this.state = state;
        this.lane = state.lane;
        this.client = client;
        this.peer = peer;
        this.settings = proxy.settings();
        this.forwarding = new Forwarding(peer, trusted, settings.forwarded(), settings.via());
    }

    /** Serves one request after another until the connection ends. */
    void run() {
        state.opened(this);
        try {
            while (awaitRequest() && serve()) {
                // one turn is one exchange
            }
        } catch (IOException e) {
            // the client is gone between two requests: nothing is lost
        } finally {
            giveWorkspace();
            giveIn();
            client.close();
            state.closed(this);
        }
    }

    /** Answers without reading anything: this client has too many connections. */
    void refuse() {
        Workspace workspace = workspace();
        workspace.request.clear();
        ExchangeLog log = new ExchangeLog(lane.ticker().millis(), lane.ticker().nanos(), state.newRequestId(), peer);
        Failure failure = Failure.early(Reason.TOO_MANY_CONNECTIONS, "too many connections of this client");
        Served served = answerFailure(failure, workspace.request, null, workspace, log);
        state.record(log.end(workspace.request, 0, lane.ticker().nanos(), served.reason));
        giveWorkspace();
        giveIn();
        client.close();
    }

    /** The proxy is draining: a connection that stays idle is closed. */
    void drain() {
        if (idle) client.limitReads(DRAIN_GRACE);
    }

    /** Ends the connection at once, whatever is under way. */
    void abort() {
        client.abort();
    }

    // ---- the request
    // -------------------------------------------------------------------------------------------------

    /** Waits for the first byte of a request; false where none comes any more. */
    private boolean awaitRequest() throws IOException {
        if (in.hasRemaining()) return true;
        giveWorkspace();
        giveIn();
        idle = true;
        if (proxy.isDraining()) client.limitReads(DRAIN_GRACE);
        try {
            client.awaitReadable(settings.keepAlive());
            return fillIn(settings.keepAlive());
        } catch (WireTimeout e) {
            return false;
        } finally {
            idle = false;
            if (proxy.isDraining()) client.limitReads(Wire.FOREVER);
        }
    }

    private boolean fillIn(long timeout) throws IOException {
        if (in.capacity() == 0) in = lane.buffers().take();
        in.clear().limit(Buffers.PAYLOAD);
        int count = client.read(in, timeout);
        in.flip();
        return count >= 0;
    }

    /** Serves one request; gives whether the connection can take another. */
    private boolean serve() {
        Workspace workspace = workspace();
        RequestHead head = workspace.request;
        head.clear();
        ExchangeLog log = new ExchangeLog(lane.ticker().millis(), lane.ticker().nanos(), state.newRequestId(), peer);
        Served served;
        try {
            if (!readHead(head)) return false;
            log.head(head, forwarding.client(head));
            Pool pool = route(head);
            log.pool(pool.config().name());
            served = forward(pool, head, workspace, log);
        } catch (Failure failure) {
            served = answerFailure(failure, head, null, workspace, log);
        } catch (IOException e) {
            if (!head.isBegun()) return false;
            if (log.status() == 0) log.status(Status.of(Reason.CLIENT_ABORT));
            served = new Served(Reason.CLIENT_ABORT, false, 0);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "request " + log.requestId() + " failed inside Rondo", e);
            served = answerFailure(Failure.early(Reason.INTERNAL_ERROR, "internal error"), head, null, workspace, log);
        }
        state.record(log.end(head, served.bytesIn, lane.ticker().nanos(), served.reason));
        return served.keep;
    }

    /** How an exchange ended, and whether the client's connection is in step for another. */
    private record Served(Reason reason, boolean keep, long bytesIn) {}

    /** Reads and checks a head; false where the client closed before the first byte of one. */
    private boolean readHead(RequestHead head) throws Failure, IOException {
        long deadline = lane.ticker().nanos() + settings.requestHead();
        try {
            while (!head.feed(in)) {
                giveIn();
                client.awaitReadable(Math.max(1, deadline - lane.ticker().nanos()));
                if (!fillIn(Math.max(1, deadline - lane.ticker().nanos()))) {
                    if (!head.isBegun()) return false;
                    throw Failure.early(Reason.BAD_REQUEST, "the head ended before it was whole");
                }
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

    private Pool route(RequestHead head) throws Failure {
        Pool pool = proxy.router().only();
        if (pool == null) pool = proxy.router().route(head.authority(), head.path());
        if (pool == null) throw Failure.early(Reason.NO_ROUTE, "no route for this host and path");
        return pool;
    }

    // ---- attempts
    // ----------------------------------------------------------------------------------------------------

    /** Picks a backend and asks it. */
    private Served forward(Pool pool, RequestHead head, Workspace workspace, ExchangeLog log)
            throws Failure, IOException {
        Backend backend = pool.pick();
        if (backend == null) throw Failure.early(Reason.NO_HEALTHY_BACKEND, "no backend of this pool can be used");
        state.attemptBegins(backend.labels());
        try {
            return attempt(pool, backend, head, workspace, log);
        } finally {
            state.attemptEnds(backend.labels());
        }
    }

    /** One turn of the loop is one connection: a second one only where the first was kept too long. */
    private Served attempt(Pool pool, Backend backend, RequestHead head, Workspace workspace, ExchangeLog log)
            throws IOException {
        int bodyStart = in.position();
        boolean fresh = false;
        while (true) {
            RequestBody body =
                    new RequestBody(lane, client, settings, head, workspace.requestDecoder, pool.requestRules());
            long begun = lane.ticker().nanos();
            UpstreamConnection connection = null;
            try {
                connection = connect(backend, fresh);
                return exchange(pool, backend, connection, body, head, workspace, log, begun);
            } catch (Failure failure) {
                boolean reused = connection != null && connection.isReused();
                boolean repeats = reused && mayRepeat(failure, head, body);
                Reason outcome = repeats ? Reason.STALE_CONNECTION : failure.reason();
                String address = connection == null ? "" : connection.addressText();
                long now = lane.ticker().nanos();
                log.attempt(backend.labels(), address, reused, outcome, 0, begun, now);
                if (connection != null) backend.upstream().discard(lane, connection);
                if (!repeats) return answerFailure(failure, head, body, workspace, log);
                state.staleRepeat(backend.labels());
                in.position(bodyStart);
                fresh = true;
            } catch (IOException | RuntimeException e) {
                if (connection != null) backend.upstream().discard(lane, connection);
                endBody(body, true);
                throw e;
            }
        }
    }

    /**
     * Whether a request that met a connection its backend had closed already may be sent once more: no byte of an answer
     * has come, and either nothing was sent or the method is safe to repeat and all of the body is still here
     * (RFC 9112 §9.3.1).
     */
    private static boolean mayRepeat(Failure failure, RequestHead head, RequestBody body) {
        if (failure.reason() != Reason.UPSTREAM_RESET || body.isStarted()) return false;
        if (failure.progress() == Progress.NOTHING_SENT) return true;
        Method method = head.knownMethod();
        return failure.progress() == Progress.SENT && method != null && method.isIdempotent();
    }

    private UpstreamConnection connect(Backend backend, boolean fresh) throws Failure {
        UpstreamConnection kept = fresh ? null : backend.upstream().takeIdle(lane);
        if (kept != null) return kept;
        try {
            return backend.upstream().dial(lane);
        } catch (ConnectFailure e) {
            throw Failure.early(e.reason(), String.valueOf(e.getMessage()));
        }
    }

    /** Sends the request on {@code connection} and relays its answer. A failure before the answer began is thrown. */
    private Served exchange(
            Pool pool,
            Backend backend,
            UpstreamConnection connection,
            RequestBody body,
            RequestHead head,
            Workspace workspace,
            ExchangeLog log,
            long begun)
            throws Failure, IOException {
        PoolTimeouts timeouts = pool.config().timeouts();
        Wire upstream = connection.wire();
        sendHead(pool, backend, upstream, body, head, workspace, log);
        if (!body.isMoved()) {
            if (in.capacity() == 0) in = lane.buffers().take();
            body.start(
                    in, upstream, timeouts.response().toNanos()); // the buffer is the pump's until the body has ended
        }

        ResponseReader answers = new ResponseReader(lane, upstream, workspace.response);
        try {
            readAnswer(answers, body, head, workspace, timeouts.response().toNanos());
            ResponseHead response = workspace.response;
            state.connectionUsed(log.attempt(
                    backend.labels(),
                    connection.addressText(),
                    connection.isReused(),
                    Reason.OK,
                    response.status(),
                    begun,
                    lane.ticker().nanos()));
            if (response.status() == 101) return tunnel(pool, backend, connection, answers, workspace, log);
            return relayAnswer(pool, backend, connection, answers, body, head, workspace, log);
        } finally {
            answers.giveBuffer();
        }
    }

    /** The head and as much of the body as is here and fits go out with one write. */
    private void sendHead(
            Pool pool,
            Backend backend,
            Wire upstream,
            RequestBody body,
            RequestHead head,
            Workspace workspace,
            ExchangeLog log)
            throws Failure {
        workspace.sink.clear();
        head.writeTo(workspace.sink, forwarding, pool.requestRules(), backend.authority(), log.newRequestId());
        ByteBuffer out = lane.buffers().take();
        boolean sent = false;
        try {
            int from = 0;
            while (workspace.sink.length() - from > out.remaining()) { // a head larger than a buffer goes in pieces
                int count = out.remaining();
                out.put(workspace.sink.array(), from, count).flip();
                upstream.write(out, settings.idle());
                sent = true;
                out.clear();
                from += count;
            }
            out.put(workspace.sink.array(), from, workspace.sink.length() - from);
            body.transfer(in, out);
            out.flip();
            upstream.write(out, settings.idle());
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

    // ---- the answer
    // --------------------------------------------------------------------------------------------------

    /** Reads heads up to the first that is not interim; those are passed on at once (RFC 9110 §15.2). */
    private void readAnswer(
            ResponseReader answers, RequestBody body, RequestHead head, Workspace workspace, long timeout)
            throws Failure, IOException {
        ResponseHead response = workspace.response;
        for (int i = 0; i < INTERIM_ANSWERS; i++) {
            try {
                // while the client still sends, its own times count
                answers.readHead(body.isEnded() ? timeout : Wire.FOREVER);
            } catch (Failure failure) {
                Failure ofClient = body.failure();
                throw ofClient != null ? ofClient : failure;
            }
            if (response.status() == 101 && !head.isUpgrade()) {
                throw new Failure(Reason.BAD_RESPONSE, Progress.ANSWERED, "a protocol switch nobody asked for");
            }
            if (!response.isInterim()) {
                body.answered(answers.wire());
                return;
            }
            if (head.isHttp10()) continue;
            workspace.sink.clear();
            response.writeTo(workspace.sink, false, false, Persistence.IMPLIED, null, HeaderRules.NONE);
            writeSink(workspace);
        }
        throw new Failure(Reason.BAD_RESPONSE, Progress.ANSWERED, "too many interim answers");
    }

    /** Passes a final answer on; from here on the client has a status, and a failure can only be cut off. */
    private Served relayAnswer(
            Pool pool,
            Backend backend,
            UpstreamConnection connection,
            ResponseReader answers,
            RequestBody body,
            RequestHead head,
            Workspace workspace,
            ExchangeLog log)
            throws IOException {
        ResponseHead response = workspace.response;
        BodyKind kind = response.bodyKind(head.isHead());
        boolean delimited = kind == BodyKind.NONE || kind == BodyKind.LENGTH;
        boolean chunked = !delimited && !head.isHttp10();
        boolean abandoned = !body.isEnded() && (response.status() >= 400 || response.saysClose());
        boolean keep = head.isPersistent() && (delimited || chunked) && !abandoned && !proxy.isDraining();

        workspace.sink.clear();
        response.writeTo(
                workspace.sink,
                chunked,
                delimited && response.status() != 204,
                keep ? (head.isHttp10() ? Persistence.KEEP_ALIVE : Persistence.IMPLIED) : Persistence.CLOSE,
                state.date(),
                pool.responseRules());
        log.status(response.status());

        ResponseBody answer = new ResponseBody(lane, answers, client, kind, chunked, workspace, pool, settings.idle());
        Reason reason;
        try {
            reason = answer.relay();
        } finally {
            log.sent(answer.sent());
        }
        if (reason == Reason.CLIENT_ABORT && answer.sent() == 0) log.status(Status.of(reason));
        if (reason.party() == Reason.Party.UPSTREAM) client.abort(); // or a cut answer would pass for a whole one
        boolean unread = !body.isWhole() || !body.isEnded() || in.hasRemaining();
        if (reason == Reason.OK && !keep && unread) client.shutdownOutput();
        endBody(body, !keep || reason != Reason.OK);

        boolean reusable = reason == Reason.OK
                && response.isPersistent()
                && kind != BodyKind.UNTIL_CLOSE
                && !answers.hasLeftover()
                && body.isDelivered();
        if (reusable) backend.upstream().release(lane, connection);
        else backend.upstream().discard(lane, connection);
        if (reason == Reason.OK && !keep && unread) linger();
        return new Served(reason, keep && reason == Reason.OK && body.isWhole(), body.received());
    }

    /** Waits for a body that is still being sent; not long where its connection is at its end anyway. */
    private void endBody(RequestBody body, boolean hurry) {
        if (body.isEnded()) return;
        if (hurry) client.limitReads(LINGER);
        body.join();
    }

    private Served tunnel(
            Pool pool,
            Backend backend,
            UpstreamConnection connection,
            ResponseReader answers,
            Workspace workspace,
            ExchangeLog log)
            throws IOException {
        workspace.sink.clear();
        workspace.response.writeTo(workspace.sink, false, false, Persistence.IMPLIED, null, pool.responseRules());
        log.status(101);
        writeSink(workspace);
        Tunnel tunnel = new Tunnel(
                lane,
                client,
                connection.wire(),
                pool.config().timeouts().tunnel().toNanos());
        tunnel.run(in, answers.leftover());
        backend.upstream().discard(lane, connection);
        log.sent(tunnel.bytesToClient());
        return new Served(Reason.OK, false, tunnel.bytesFromClient());
    }

    // ---- answers of our own
    // ------------------------------------------------------------------------------------------

    /** Tells the client what went wrong, if it is still there to hear it. */
    private Served answerFailure(
            Failure failure, RequestHead head, @Nullable RequestBody body, Workspace workspace, ExchangeLog log) {
        Reason reason = failure.reason();
        long received = body == null ? 0 : body.received();
        if (log.status() != 0) { // an answer has begun: all that is left is not to let it pass for a whole one
            client.abort();
            if (body != null) endBody(body, true);
            return new Served(reason, false, received);
        }
        boolean inStep = body == null ? head.bodyKind() == BodyKind.NONE : body.isWhole() && body.isEnded();
        boolean ours = reason.party() != Reason.Party.CLIENT && reason != Reason.INTERNAL_ERROR;
        boolean keep = ours && inStep && head.isPersistent() && !proxy.isDraining();
        int status = Status.of(reason);
        log.status(status);
        LOG.log(
                System.Logger.Level.DEBUG,
                () -> "request " + log.requestId() + ": " + reason.word() + ": " + failure.getMessage());
        try {
            workspace.sink.clear();
            String exposed = settings.exposeErrors() ? settings.via() : "";
            // a client that has ended its body early may have closed its own direction only
            Reason told = reason == Reason.CLIENT_ABORT ? Reason.BAD_REQUEST : reason;
            int length = OwnAnswer.appendTo(
                    workspace.sink, told, log.requestId(), state.date(), head.isHead(), !keep, exposed);
            writeSink(workspace);
            log.sent(length);
            if (!keep) client.shutdownOutput();
            if (body != null) endBody(body, !keep);
            if (!keep) linger();
            return new Served(reason, keep, received);
        } catch (IOException e) {
            if (body != null) endBody(body, true);
            return new Served(reason, false, received);
        }
    }

    private void writeSink(Workspace workspace) throws IOException {
        ByteBuffer out = lane.buffers().take();
        try {
            for (int from = 0; from < workspace.sink.length(); ) {
                int count = Math.min(out.capacity(), workspace.sink.length() - from);
                out.clear().put(workspace.sink.array(), from, count).flip();
                client.write(out, settings.idle());
                from += count;
            }
        } finally {
            lane.buffers().give(out);
        }
    }

    /**
     * Reads on for a moment after the last answer: closing with bytes unread makes the kernel send a reset, which can take
     * the answer away from a client that is still sending (RFC 9112 §9.6).
     */
    private void linger() {
        client.limitReads(LINGER);
        long thrownAway = 0;
        try {
            while (thrownAway < LINGER_BYTES) {
                giveIn();
                client.awaitReadable(LINGER);
                if (!fillIn(LINGER)) return;
                thrownAway += in.remaining();
            }
        } catch (IOException e) {
            // gone, or silent for long enough
        }
    }

    // ---- memory
    // ------------------------------------------------------------------------------------------------------

    private Workspace workspace() {
        Workspace now = work;
        if (now == null) now = work = state.takeWorkspace();
        return now;
    }

    private void giveWorkspace() {
        Workspace now = work;
        if (now != null) state.giveWorkspace(now);
        work = null;
    }

    private void giveIn() {
        if (in.capacity() > 0) lane.buffers().give(in);
        in = NOTHING;
    }
}
