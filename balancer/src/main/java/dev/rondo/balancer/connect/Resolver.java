package dev.rondo.balancer.connect;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Names to addresses, looked up on platform threads of its own because a lookup blocks in the C library. Every name that was
 * asked for is looked up again each period; when that fails the last addresses stay. Thread-safe.
 */
public final class Resolver implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Resolver.class.getName());

    /** The lookup itself. */
    @FunctionalInterface
    public interface Lookup {
        /** All addresses of {@code host}, at least one, in the order they are to be tried. */
        List<InetAddress> addresses(String host) throws UnknownHostException;
    }

    private record Name(
            @Nullable List<InetAddress> known, @Nullable CompletableFuture<List<InetAddress>> pending) {}

    private final Lookup lookup;
    private final Map<String, Name> names = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("rondo-dns").factory());
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("rondo-dns-refresh").factory());

    private Future<?> refreshing; // guarded by this

    /** A resolver that looks every name up again each {@code refresh}. */
    public Resolver(Lookup lookup, Duration refresh) {
        this.lookup = lookup;
        this.refreshing = schedule(refresh);
    }

    private Future<?> schedule(Duration refresh) {
        return clock.scheduleWithFixedDelay(
                () -> {
                    for (String host : names.keySet()) {
                        var unused = refresh(host);
                    }
                },
                refresh.toNanos(),
                refresh.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** From now on, every name is looked up again each {@code refresh}, for the first time when that is over. */
    public synchronized void refreshEvery(Duration refresh) {
        if (clock.isShutdown()) return;
        refreshing.cancel(false);
        refreshing = schedule(refresh);
    }

    /** The machine's resolver: hosts file, DNS. */
    public static List<InetAddress> system(String host) throws UnknownHostException {
        return List.of(InetAddress.getAllByName(host));
    }

    /** The address that {@code host} is; empty where it is a name. */
    static List<InetAddress> literal(String host) {
        char first = host.isEmpty() ? 'x' : host.charAt(0);
        if (host.indexOf(':') < 0 && (first < '0' || first > '9')) return List.of();
        try {
            return List.of(InetAddress.ofLiteral(host));
        } catch (IllegalArgumentException _) {
            return List.of();
        }
    }

    /** The addresses known now; empty where none are yet. Never waits. */
    public List<InetAddress> known(String host) {
        Name name = names.get(host);
        List<InetAddress> known = name == null ? null : name.known;
        return known == null ? List.of() : known;
    }

    /**
     * Looks {@code host} up anew, together with whoever else is asking for it right now. An address is what it is, and nothing is
     * remembered of it: those of pods come and go without end.
     */
    public CompletableFuture<List<InetAddress>> refresh(String host) {
        List<InetAddress> literal = literal(host);
        if (!literal.isEmpty()) return CompletableFuture.completedFuture(literal);
        Name now = names.compute(host, (key, name) -> {
            if (name != null && name.pending != null) return name;
            CompletableFuture<List<InetAddress>> pending = new CompletableFuture<>();
            threads.execute(() -> lookUp(host, pending));
            return new Name(name == null ? null : name.known, pending);
        });
        CompletableFuture<List<InetAddress>> pending = now.pending;
        return pending == null ? CompletableFuture.completedFuture(known(host)) : pending;
    }

    private void lookUp(String host, CompletableFuture<List<InetAddress>> pending) {
        List<InetAddress> before = known(host);
        try {
            List<InetAddress> addresses = lookup.addresses(host);
            settle(host, pending, addresses);
            if (!before.isEmpty() && !before.equals(addresses)) {
                LOG.log(System.Logger.Level.INFO, host + " is now at " + addresses + ", was at " + before);
            }
            pending.complete(addresses);
        } catch (Throwable e) { // whatever it is, whoever waits must not wait for ever
            settle(host, pending, before.isEmpty() ? null : before);
            pending.completeExceptionally(e);
        }
    }

    /** A name that was forgotten in the meantime stays forgotten. */
    private void settle(
            String host, CompletableFuture<List<InetAddress>> pending, @Nullable List<InetAddress> addresses) {
        names.computeIfPresent(host, (key, name) -> name.pending == pending ? new Name(addresses, null) : name);
    }

    /** Forgets {@code host}: it is not looked up again until somebody asks for it. */
    public void forget(String host) {
        names.remove(host);
    }

    @Override
    public void close() {
        clock.shutdownNow();
        threads.shutdownNow();
    }
}
