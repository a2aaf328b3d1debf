package dev.rondo.balancer.connect;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Names to addresses, looked up on platform threads of its own because a lookup blocks in the C library. Every name that somebody
 * retains is looked up again each period; when that fails the last addresses stay. Of any other nothing is remembered. Thread-safe.
 */
public final class Resolver implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Resolver.class.getName());

    /** The lookup itself. */
    @FunctionalInterface
    public interface Lookup {
        /** All addresses of {@code host}, at least one, in the order they are to be tried. */
        List<InetAddress> addresses(String host) throws UnknownHostException;
    }

    /** However many names there are, and however slow their servers. */
    private static final int MOST_THREADS = 16;

    private static final Duration THREADS_REST = Duration.ofSeconds(60);

    /** @param users those that retain it and have not released it yet */
    private record Name(
            int users,
            @Nullable List<InetAddress> known,
            @Nullable CompletableFuture<List<InetAddress>> pending) {
        Name users(int now) {
            return new Name(now, known, pending);
        }
    }

    /** A lookup that waits for a thread: those for which somebody waits come before those that are made now and then. */
    private record Question(boolean urgent, long number, Runnable what) implements Runnable, Comparable<Question> {
        private static final Comparator<Question> ORDER =
                Comparator.comparing(Question::urgent).reversed().thenComparing(Question::number);

        @Override
        public int compareTo(Question other) {
            return ORDER.compare(this, other);
        }

        @Override
        public void run() {
            what.run();
        }
    }

    private final Lookup lookup;
    private final Map<String, Name> names = new ConcurrentHashMap<>();
    private final AtomicLong questions = new AtomicLong();
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            MOST_THREADS,
            MOST_THREADS,
            THREADS_REST.toSeconds(),
            TimeUnit.SECONDS,
            new PriorityBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("rondo-dns").factory());
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("rondo-dns-refresh").factory());

    private Future<?> refreshing; // guarded by this

    /** A resolver that looks every name up again each {@code refresh}. */
    public Resolver(Lookup lookup, Duration refresh) {
        this.lookup = lookup;
        threads.allowCoreThreadTimeOut(true);
        this.refreshing = schedule(refresh);
    }

    private Future<?> schedule(Duration refresh) {
        return clock.scheduleWithFixedDelay(
                () -> {
                    for (String host : names.keySet()) {
                        var unused = refresh(host, false);
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

    /** Looks {@code host}, which is a name, up and remembers it until it is released as often as it was retained. */
    public void retain(String host) {
        names.compute(
                host, (key, name) -> name == null ? new Name(1, null, ask(key, true)) : name.users(name.users + 1));
    }

    /** Takes a {@link #retain} back: after the last, nothing is remembered of {@code host}. */
    public void release(String host) {
        names.computeIfPresent(host, (key, name) -> name.users == 1 ? null : name.users(name.users - 1));
    }

    /**
     * Looks {@code host} up anew, together with whoever else is asking for it right now. Nothing is remembered of an address, and of
     * a name only where it is retained: those of pods come and go without end, and some are asked for after they have gone.
     */
    public CompletableFuture<List<InetAddress>> refresh(String host) {
        List<InetAddress> literal = literal(host);
        return literal.isEmpty() ? refresh(host, true) : CompletableFuture.completedFuture(literal);
    }

    private CompletableFuture<List<InetAddress>> refresh(String host, boolean awaited) {
        Name now = names.computeIfPresent(
                host, (key, name) -> name.pending == null ? new Name(name.users, name.known, ask(key, awaited)) : name);
        CompletableFuture<List<InetAddress>> pending = now == null ? null : now.pending;
        return pending == null ? ask(host, awaited) : pending;
    }

    private CompletableFuture<List<InetAddress>> ask(String host, boolean awaited) {
        CompletableFuture<List<InetAddress>> pending = new CompletableFuture<>();
        threads.execute(new Question(awaited, questions.incrementAndGet(), () -> lookUp(host, pending)));
        return pending;
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

    /** A name that was released in the meantime stays so. */
    private void settle(
            String host, CompletableFuture<List<InetAddress>> pending, @Nullable List<InetAddress> addresses) {
        names.computeIfPresent(
                host, (key, name) -> name.pending == pending ? new Name(name.users, addresses, null) : name);
    }

    @Override
    public void close() {
        clock.shutdownNow();
        threads.shutdownNow();
    }
}
