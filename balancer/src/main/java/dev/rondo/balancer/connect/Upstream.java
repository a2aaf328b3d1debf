package dev.rondo.balancer.connect;

import dev.rondo.balancer.telemetry.BackendLabels;
import dev.rondo.balancer.telemetry.Reason;
import dev.rondo.balancer.telemetry.Recorder;
import dev.rondo.balancer.wire.Lane;
import dev.rondo.balancer.wire.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Where the connections to one backend come from: an idle one of the same lane, newest first, or a new one. Each lane has its
 * own idle connections and touches no other's.
 */
public final class Upstream {
    /** An address gets at least this long before the next is tried. */
    private static final long LEAST_TRY = TimeUnit.MILLISECONDS.toNanos(250);

    /**
     * How connections are made and kept.
     *
     * @param connectNanos for all addresses of the name together
     * @param idleNanos how long an unused connection is kept
     * @param maxAgeNanos how long a connection is used at all
     * @param maxIdle how many unused ones a lane keeps
     */
    public record Terms(long connectNanos, long idleNanos, long maxAgeNanos, int maxIdle) {}

    private final String host;
    private final int port;
    private final BackendLabels labels;
    private final Resolver resolver;
    /** Where the host is an address: nothing to look up, and nothing to remember once the backend has gone. */
    private final List<InetAddress> literal;

    private volatile Terms terms;
    private volatile boolean retired;
    private final Recorder[] recorders;
    private final List<ArrayDeque<UpstreamConnection>> idle = new ArrayList<>();
    private final List<IdleLife> lives = new ArrayList<>();

    /** @param recorders one for each lane, by index */
    public Upstream(
            String host, int port, BackendLabels labels, Resolver resolver, Terms terms, List<Recorder> recorders) {
        this.host = host;
        this.port = port;
        this.labels = labels;
        this.resolver = resolver;
        this.terms = terms;
        this.recorders = recorders.toArray(Recorder[]::new);
        this.literal = Resolver.literal(host);
        for (int i = 0; i < this.recorders.length; i++) {
            idle.add(new ArrayDeque<>());
            lives.add(new IdleLife());
        }
        if (literal.isEmpty()) resolver.retain(host);
    }

    private List<InetAddress> known() {
        return literal.isEmpty() ? resolver.known(host) : literal;
    }

    /** From now on connections are made and kept so. */
    public void terms(Terms next) {
        terms = next;
    }

    /**
     * Keeps no connection any more: those in use are closed after their answer. The idle ones are left to {@link #closeIdle}. Its
     * name is looked up no more, unless somebody else goes by it. To be called once.
     */
    public void retire() {
        retired = true;
        if (literal.isEmpty()) resolver.release(host);
    }

    /** {@code host:port} as configured, an IPv6 literal in brackets. */
    public String authority() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + (port == 80 ? "" : ":" + port);
    }

    /** The addresses its name has now. */
    public List<InetAddress> addresses() {
        return known();
    }

    /**
     * An idle connection of {@code lane} that can be used, or null. The caller releases or discards it.
     *
     * @param repeatable whether what is to be sent may be sent again, should the backend close the connection meanwhile; if not,
     *     there is none where the backend may be about to, see {@link IdleLife}
     */
    public @Nullable UpstreamConnection takeIdle(Lane lane, boolean repeatable) {
        while (true) {
            UpstreamConnection connection = pollIdle(lane, repeatable);
            if (connection == null) return null;
            boolean open = connection.wire().resume();
            if (open && !isOutdated(connection, lane)) {
                connection.markReused();
                count(lane, 1, 0);
                return connection;
            }
            if (!open) learn(lane, connection);
            connection.wire().close();
        }
    }

    private @Nullable UpstreamConnection pollIdle(Lane lane, boolean evenUnsafe) {
        lane.lock();
        try {
            ArrayDeque<UpstreamConnection> mine = idle.get(lane.index());
            if (!evenUnsafe && !mine.isEmpty()) {
                long now = lane.ticker().nanos();
                if (!lives.get(lane.index()).isSafe(mine.getLast().idleNanos(now), now)) return null;
            }
            UpstreamConnection connection = mine.pollLast();
            if (connection != null) recorders[lane.index()].upstreamConnections(labels, 0, -1);
            return connection;
        } finally {
            lane.unlock();
        }
    }

    private boolean isOutdated(UpstreamConnection connection, Lane lane) {
        if (lane.ticker().nanos() - connection.madeAt() > terms.maxAgeNanos()) return true;
        List<InetAddress> now = known();
        return !now.isEmpty() && !now.contains(connection.address().getAddress());
    }

    /**
     * A new connection; the caller releases or discards it. Takes {@link Terms#connectNanos}, and a little more where all that is
     * known of the name has failed.
     *
     * @param most nanoseconds that all of it may take, more than 0
     */
    public UpstreamConnection dial(Lane lane, long most) throws ConnectFailure {
        long begun = lane.ticker().nanos();
        long end = begun + most;
        long deadline = begun + Math.min(most, terms.connectNanos());
        List<InetAddress> addresses = known();
        if (addresses.isEmpty()) addresses = resolve(deadline - begun);
        Set<InetAddress> tried = new LinkedHashSet<>();
        try {
            return dialAny(lane, addresses, tried, deadline, end);
        } catch (ConnectFailure first) {
            long left = Math.min(LEAST_TRY, end - lane.ticker().nanos());
            if (!literal.isEmpty() || left <= 0) throw first;
            // the backend may have come back elsewhere: look, not for long, and try what is new
            List<InetAddress> fresh = resolve(left);
            List<InetAddress> untried =
                    fresh.stream().filter(a -> !tried.contains(a)).toList();
            if (untried.isEmpty()) throw first;
            return dialAny(
                    lane, untried, tried, Math.max(deadline, lane.ticker().nanos() + LEAST_TRY), end);
        }
    }

    /**
     * @param deadline for all; each has {@link #LEAST_TRY} beyond it
     * @param end for all, beyond which there is nothing
     */
    private UpstreamConnection dialAny(
            Lane lane, List<InetAddress> addresses, Set<InetAddress> tried, long deadline, long end)
            throws ConnectFailure {
        ConnectFailure last = null;
        int left = addresses.size();
        for (InetAddress address : addresses) {
            long now = lane.ticker().nanos();
            long time = Math.min(deadline, end) - now;
            if (time <= 0 && last != null) throw last;
            tried.add(address);
            try {
                long share = Math.min(Math.max(LEAST_TRY, time / left--), end - now);
                return dialOne(lane, new InetSocketAddress(address, port), Math.max(1, share));
            } catch (ConnectFailure e) {
                last = ConnectFailure.telling(last, e);
            }
        }
        if (last == null) throw new ConnectFailure(Reason.DNS_ERROR, host + " has no address", null);
        throw last;
    }

    private UpstreamConnection dialOne(Lane lane, InetSocketAddress address, long nanos) throws ConnectFailure {
        try {
            Wire wire = lane.connect(address, nanos);
            count(lane, 1, 0);
            return new UpstreamConnection(wire, address, lane.ticker().nanos());
        } catch (IOException e) {
            throw ConnectFailure.of(address, e);
        }
    }

    private List<InetAddress> resolve(long nanos) throws ConnectFailure {
        CompletableFuture<List<InetAddress>> answer = resolver.refresh(host);
        try {
            return answer.get(nanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            List<InetAddress> known = resolver.known(host);
            if (!known.isEmpty()) return known;
            throw new ConnectFailure(Reason.DNS_ERROR, host + " cannot be resolved", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectFailure(Reason.DNS_ERROR, "interrupted while resolving " + host, e);
        }
    }

    /** Gives a connection back after a whole answer, with nothing left over on it. */
    public void release(Lane lane, UpstreamConnection connection) {
        ArrayDeque<UpstreamConnection> mine = idle.get(lane.index());
        Wire wire = connection.wire();
        lane.lock();
        try {
            recorders[lane.index()].upstreamConnections(labels, -1, 0);
            if (mine.size() >= terms.maxIdle() || retired || !wire.isOpen()) {
                wire.close();
                return;
            }
            mine.addLast(connection);
            connection.rests(lane.ticker().nanos());
            recorders[lane.index()].upstreamConnections(labels, 0, 1);
            // before the lock is free: whoever takes the connection next must find it at rest
            wire.rest(terms.idleNanos(), () -> retire(lane, connection));
        } finally {
            lane.unlock();
        }
    }

    /** An idle connection was closed by the backend, got bytes nobody asked for, or is too old. */
    private void retire(Lane lane, UpstreamConnection connection) {
        boolean wasIdle;
        lane.lock();
        try {
            wasIdle = idle.get(lane.index()).remove(connection);
            if (wasIdle) recorders[lane.index()].upstreamConnections(labels, 0, -1);
            if (wasIdle) learn(lane, connection);
        } finally {
            lane.unlock();
        }
        if (wasIdle) connection.wire().close();
    }

    /** An idle connection has ended: by the backend, unless its time was over. */
    private void learn(Lane lane, UpstreamConnection connection) {
        lane.lock();
        try {
            long now = lane.ticker().nanos();
            long unused = connection.idleNanos(now);
            if (unused < terms.idleNanos()) lives.get(lane.index()).closedAfter(unused, now);
        } finally {
            lane.unlock();
        }
    }

    /** Closes a connection that is of no further use. */
    public void discard(Lane lane, UpstreamConnection connection) {
        count(lane, -1, 0);
        connection.wire().close();
    }

    private void count(Lane lane, int active, int kept) {
        lane.lock();
        try {
            recorders[lane.index()].upstreamConnections(labels, active, kept);
        } finally {
            lane.unlock();
        }
    }

    /** Closes the idle connections of {@code lane}. Called on that lane. */
    public void closeIdle(Lane lane) {
        for (UpstreamConnection connection; (connection = pollIdle(lane, true)) != null; ) {
            connection.wire().close();
        }
    }
}
