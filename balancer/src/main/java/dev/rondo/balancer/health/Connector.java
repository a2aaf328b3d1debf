package dev.rondo.balancer.health;

import dev.rondo.balancer.connect.Resolver;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes the connections of checks, each to be used once: what is to be known is whether a backend accepts now, and a kept
 * connection may outlive a listener that no longer accepts. It goes where requests go: to the addresses the resolver knows, in order.
 */
public final class Connector {
    private final Resolver resolver;

    /** One that asks {@code resolver} for addresses. */
    public Connector(Resolver resolver) {
        this.resolver = resolver;
    }

    /** A blocking connection, which the caller closes. */
    SocketChannel connect(Place place, Deadline deadline) throws CheckEnded {
        List<InetAddress> addresses = addresses(place.host(), deadline);
        CheckEnded last = null;
        int left = addresses.size();
        for (InetAddress address : addresses) {
            try {
                return connect(new InetSocketAddress(address, place.port()), deadline.left() / left--, deadline);
            } catch (CheckEnded e) {
                if (Thread.currentThread().isInterrupted()) throw e;
                // an address of a family that this machine has none of hides nothing that another has told
                if (last == null || e.result().kind() != CheckResult.Kind.NOT_MADE) last = e;
            }
        }
        // it may be elsewhere by now; while it is down no request asks, so this is who finds out, for the next check
        var unused = resolver.refresh(place.host());
        if (last == null) throw new CheckEnded(CheckResult.failed(place.host() + " has no address"));
        throw last;
    }

    private List<InetAddress> addresses(String host, Deadline deadline) throws CheckEnded {
        List<InetAddress> known = resolver.known(host);
        if (!known.isEmpty()) return known;
        try {
            return resolver.refresh(host).get(deadline.left(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new CheckEnded(CheckResult.failed(host + " cannot be resolved"));
        } catch (TimeoutException e) {
            throw new CheckEnded(deadline.missed("resolving " + host));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(deadline, "resolving " + host);
        }
    }

    private static SocketChannel connect(InetSocketAddress address, long nanos, Deadline deadline) throws CheckEnded {
        SocketChannel channel = open(address.getAddress());
        boolean connected = false;
        try {
            channel.socket().connect(address, Deadline.millis(nanos));
            connected = true;
            return channel;
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) throw interrupted(deadline, "connecting");
            throw new CheckEnded(
                    switch (e) {
                        case SocketTimeoutException _ -> deadline.missed("connecting");
                        case ConnectException _ -> CheckResult.refused("connection refused");
                        case NoRouteToHostException _ -> CheckResult.failed("no route to host");
                        case BindException _ -> CheckResult.notMade("no local port is free");
                        default -> CheckResult.failed("network unreachable");
                    });
        } finally {
            if (!connected) close(channel);
        }
    }

    /** By the address's own family, which says at once where this machine has none of it. */
    private static SocketChannel open(InetAddress address) throws CheckEnded {
        try {
            return SocketChannel.open(
                    address instanceof Inet6Address ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        } catch (UnsupportedOperationException e) {
            throw new CheckEnded(CheckResult.failed("an address of a family that this machine does not use"));
        } catch (IOException e) {
            // only for want of descriptors or memory, and that is nothing a backend answers for
            throw new CheckEnded(CheckResult.notMade("no descriptor is free"));
        }
    }

    static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // closed all the same
        }
    }

    /** Whoever interrupts a check does so at its deadline, or because nobody wants its result. */
    static CheckEnded interrupted(Deadline deadline, String during) {
        return new CheckEnded(deadline.isOver() ? deadline.missed(during) : CheckResult.notMade("stopped"));
    }
}
