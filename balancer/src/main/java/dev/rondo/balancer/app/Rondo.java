package dev.rondo.balancer.app;

import dev.rondo.balancer.admin.Access;
import dev.rondo.balancer.admin.AdminServer;
import dev.rondo.balancer.admin.Probes;
import dev.rondo.balancer.admin.ReloadResult;
import dev.rondo.balancer.admin.Sources;
import dev.rondo.balancer.cluster.Backend;
import dev.rondo.balancer.cluster.BackendState;
import dev.rondo.balancer.cluster.Cluster;
import dev.rondo.balancer.cluster.Found;
import dev.rondo.balancer.cluster.Look;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.cluster.Sight;
import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.HealthCheckConfig;
import dev.rondo.balancer.config.ReloadConfig;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.discovery.Discovery;
import dev.rondo.balancer.discovery.SourceStatus;
import dev.rondo.balancer.health.ActiveChecks;
import dev.rondo.balancer.health.CheckResult;
import dev.rondo.balancer.health.Connector;
import dev.rondo.balancer.health.Place;
import dev.rondo.balancer.health.PoolChecks;
import dev.rondo.balancer.health.Verdicts;
import dev.rondo.balancer.listener.DataListener;
import dev.rondo.balancer.listener.Descriptors;
import dev.rondo.balancer.proxy.Proxy;
import dev.rondo.balancer.route.Router;
import dev.rondo.balancer.telemetry.AccessLog;
import dev.rondo.balancer.telemetry.ApplicationLog;
import dev.rondo.balancer.telemetry.BackendLabels;
import dev.rondo.balancer.telemetry.BackendStatus;
import dev.rondo.balancer.telemetry.Recorder;
import dev.rondo.balancer.telemetry.Telemetry;
import dev.rondo.balancer.wire.Engine;
import dev.rondo.balancer.wire.Lane;
import dev.rondo.balancer.wire.Ticker;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.Security;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A running balancer: everything made, wired and ended in order. Thread-safe. */
public final class Rondo implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Rondo.class.getName());

    private static final Duration WATCH_EVERY = Duration.ofSeconds(1);
    /** A check that cannot even be made, for want of a local port, must not keep a process from its work for good. */
    private static final Duration FIRST_CHECKS_WITHIN = Duration.ofSeconds(30);

    /** How late a backend comes back from an ejection at most, and how coarse a slow start is. */
    private static final Duration TICK_EVERY = Duration.ofMillis(250);

    /** Backends of a pool that are to be found, for sharing out what there is before they are. */
    private static final int EXPECTED_TO_BE_FOUND = 8;

    private volatile Configuration configuration;
    private final int expectedAtStart;
    private final Engine engine;
    private final Descriptors descriptors;
    private final Resolver resolver;
    private final @Nullable AccessLog accessLog;
    private final Telemetry telemetry;
    private final Changes changes = new Changes();
    private final List<Recorder> recorders =
            new ArrayList<>(); // one for each lane, by index; filled by the constructor
    private final Cluster cluster;
    private final PoolTicks ticks;
    private final Discovery discovery;
    private final Reload reload;
    private final Connector connector;
    private final ActiveChecks checks;
    private volatile Router router;
    private final Proxy proxy;
    private final CountDownLatch hurry = new CountDownLatch(1);
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("rondo-watch").factory());
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable String stopping;
    private final long began = Ticker.SYSTEM.nanos();
    private volatile long drainBegan; // on the ticker; 0 before
    /** Whether every backend has had its first check, or has been waited for; stays true, whoever comes later. */
    private volatile boolean known;

    private volatile @Nullable AdminServer admin;
    private volatile @Nullable DataListener listener;
    /** Held while checks are made to follow the cluster, so that the last to look is the last to say. */
    private final Object checking = new Object();

    private Rondo(
            Configuration configuration,
            Surroundings surroundings,
            Engine engine,
            Descriptors descriptors,
            @Nullable AccessLog accessLog) {
        this.configuration = configuration;
        this.expectedAtStart = expectedBackends(configuration);
        this.descriptors = descriptors;
        this.engine = engine;
        this.accessLog = accessLog;
        this.telemetry = new Telemetry(engine.lanes().size(), accessLog);
        this.resolver = new Resolver(surroundings.lookup(), configuration.dnsRefresh());
        for (Lane lane : engine.lanes()) recorders.add(telemetry.recorder(lane.index()));
        this.cluster = new Cluster(
                new Cluster.Surroundings(resolver, recorders, Ticker.SYSTEM::nanos, new SecureRandom(), changes));
        this.ticks = new PoolTicks(cluster, telemetry::totals);
        cluster.apply(configuration, maxIdle(configuration, expectedAtStart));
        this.router = new Router(configuration.routes(), cluster);
        this.proxy = new Proxy(
                engine,
                configuration,
                router,
                recorders,
                surroundings.graces(),
                lane -> RandomGenerator.of("L64X128MixRandom"));
        this.connector = new Connector(resolver);
        this.checks = new ActiveChecks(Ticker.SYSTEM, RandomGenerator.of("L64X128MixRandom"), new Judge());
        this.discovery = new Discovery(
                surroundings.lookup(),
                surroundings.here(),
                Ticker.SYSTEM,
                RandomGenerator.of("L64X128MixRandom"),
                this::found);
        this.reload = new Reload(surroundings.source(), configuration, this::take, telemetry, Ticker.SYSTEM);
    }

    /**
     * Starts a balancer in this process.
     *
     * @throws IOException where a port or a file cannot be had, with the key and the remedy; nothing is left running then
     */
    public static Rondo start(Configuration configuration) throws IOException {
        return start(configuration, Surroundings.REAL);
    }

    /** As {@link #start(Configuration)} in other surroundings. */
    static Rondo start(Configuration configuration, Surroundings surroundings) throws IOException {
        // the resolver looks names up again by itself; the JDK's cache would hide a backend that has moved
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        Engine engine = Engine.start(configuration.engine(), configuration.loops(), Ticker.SYSTEM);
        Rondo rondo;
        try {
            rondo = new Rondo(
                    configuration,
                    surroundings,
                    engine,
                    descriptors(configuration, engine),
                    AccessLog.open(configuration.accessLog(), engine.lanes().size()));
        } catch (IOException | RuntimeException e) {
            engine.close();
            throw e;
        }
        try {
            rondo.open();
            return rondo;
        } catch (IOException | RuntimeException e) {
            rondo.close();
            throw e;
        }
    }

    private static Descriptors descriptors(Configuration configuration, Engine engine) throws IOException {
        int backends = expectedBackends(configuration);
        int maxIdle = configuration.limits().maxIdleUpstream();
        Descriptors shared = Descriptors.share(
                configuration.server().maxTcpConnections(),
                maxIdle,
                engine.lanes().size() * backends);
        if (shared.idleUpstream() < maxIdle) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "limits.max-idle-upstream: " + shared.idleUpstream() + " instead of " + maxIdle
                            + ", or the file descriptors (ulimit -n) could run out");
        }
        return shared;
    }

    /** Those that are listed, and a guess of those that will be found. */
    private static int expectedBackends(Configuration configuration) {
        return configuration.pools().values().stream()
                .mapToInt(pool -> pool.source() instanceof BackendSource.Listed listed
                        ? listed.backends().size()
                        : EXPECTED_TO_BE_FOUND)
                .sum();
    }

    /**
     * What a lane keeps to each backend where there are {@code backends} in all: less than was shared out where there are more
     * than were expected.
     */
    private int maxIdle(Configuration of, int backends) {
        long shared = (long) descriptors.idleUpstream() * expectedAtStart;
        return Math.min(of.limits().maxIdleUpstream(), (int)
                Math.min(descriptors.idleUpstream(), shared / Math.max(1, backends)));
    }

    private void lookAfterListeners() {
        DataListener data = listener;
        if (data != null) data.lookAfter();
        AdminServer control = admin;
        if (control != null) control.lookAfter();
    }

    private void open() throws IOException {
        telemetry.backends(this::statuses);
        telemetry.build(Version.number(), Version.revision());
        telemetry.engine(engineName(), engine.lanes().size());
        telemetry.jvm();
        Instant started = Instant.ofEpochMilli(Ticker.SYSTEM.millis());
        telemetry.configurationRead(true, started);
        telemetry.counter(
                "rondo_loop_stalls",
                "How often an event loop was held for more than 10 ms.",
                () -> engine.lanes().stream().mapToLong(Lane::stalls).sum());
        telemetry.counter(
                "rondo_log_dropped",
                "Changes of backends that the application log lost because nobody took its lines.",
                changes::dropped);
        telemetry.gauge(
                "rondo_client_connections_resting",
                "Open connections of clients that hold no thread, because nothing has come for a while.",
                this::resting);
        telemetry.gauge(
                "rondo_draining_seconds", "How long the process has been draining; 0 while it is not.", this::draining);
        telemetry.gauge(
                "rondo_drain_limit_seconds",
                "How long it may: drain.delay and drain.timeout. What is in flight then is cut.",
                () -> seconds(
                        configuration.drain().delay().plus(configuration.drain().timeout())));
        telemetry.registry().register(new ClusterCollector(cluster, changes, checks, discovery, Ticker.SYSTEM));
        PoolViews pools = new PoolViews(cluster, () -> router, telemetry, changes, checks, discovery, Ticker.SYSTEM);
        discovery.update(configuration.pools().values());
        DataListener data = DataListener.start(() -> configuration, descriptors.connections(), proxy, Ticker.SYSTEM);
        listener = data;
        admin = AdminServer.start(
                configuration.admin(),
                new Access(
                        configuration.admin().writable(), configuration.admin().token()),
                new Probes(
                        () -> listener != null,
                        () -> stopping != null,
                        this::notReady,
                        this::lostSources,
                        configuration.server().host(),
                        data::port),
                new Sources(pools::views, pools::explain, telemetry.ledger(), new LiveOperations(cluster, reload)),
                telemetry.registry());
        long period = WATCH_EVERY.toMillis();
        var unused = watch.scheduleWithFixedDelay(this::lookAfterListeners, period, period, TimeUnit.MILLISECONDS);
        var unusedToo = watch.scheduleWithFixedDelay(OldGeneration::lookAfter, period, period, TimeUnit.MILLISECONDS);
        check();
        long step = TICK_EVERY.toMillis();
        var unusedAsWell = watch.scheduleWithFixedDelay(this::tick, step, step, TimeUnit.MILLISECONDS);
        LOG.log(
                System.Logger.Level.INFO,
                "serving on " + configuration.server().host() + ":" + data.port() + ", admin on "
                        + configuration.admin().host() + ":" + adminPort() + ", engine " + engineName() + " with "
                        + engine.lanes().size() + " lanes, " + cluster.pools().size() + " pools");
    }

    /** From what checks find to the pools. What was seen of a backend before it moved says nothing of it now. */
    private final class Judge implements Verdicts {
        @Override
        public void checked(String pool, String backend, Place place, boolean up, String why) {
            with(pool, backend, place, (in, it) -> in.checked(it, up, why));
        }

        @Override
        public void made(String pool, String backend, Place place, CheckResult.Kind how) {
            Sight sight =
                    switch (how) {
                        case PASSED -> Sight.WELL;
                        case FAILED -> Sight.UNWELL;
                        case REFUSED -> Sight.GONE;
                        case NOT_MADE -> null;
                    };
            if (sight == null) return;
            with(pool, backend, place, (in, it) -> {
                // who listens on another port says nothing of who takes the requests
                if (place.port() == it.config().port()) in.seen(it, sight);
            });
        }

        private void with(String pool, String backend, Place place, BiConsumer<Pool, Backend> judge) {
            Pool in = cluster.pool(pool);
            HealthCheckConfig how = in == null ? null : in.config().healthCheck();
            if (in == null || how == null) return;
            for (Backend it : in.backends()) {
                boolean same = it.id().equals(backend)
                        && PoolChecks.place(how, it.config()).equals(place);
                if (same) judge.accept(in, it);
            }
        }
    }

    private void check() {
        synchronized (checking) {
            List<PoolChecks> pools = new ArrayList<>();
            for (Pool pool : cluster.pools()) {
                HealthCheckConfig how = pool.config().healthCheck();
                List<BackendConfig> backends =
                        pool.backends().stream().map(Backend::config).toList();
                if (how != null) pools.add(PoolChecks.of(pool.name(), how, backends, connector));
            }
            checks.update(pools);
        }
    }

    /**
     * Goes by another configuration from the next request on. Pools come before routes, so that no route leads nowhere. They come
     * before checks too: a new backend is there, and waits for its first verdict, when that comes; one that is gone may be checked
     * once more, and nobody asks what came of it.
     */
    private void take(Configuration next) {
        List<Backend> gone = cluster.apply(next, maxIdle(next, Math.max(expectedBackends(next), cluster.size())));
        Router routes = new Router(next.routes(), cluster);
        router = routes;
        settle(configuration, next);
        configuration = next;
        proxy.configure(next, routes);
        check();
        closeIdle(gone);
        discovery.update(next.pools().values());
    }

    /** A pool has other backends from the next request on. */
    private void found(String pool, BackendSource source, List<Found> found) {
        List<Backend> gone = cluster.discovered(pool, source, found, size -> maxIdle(configuration, size));
        check();
        closeIdle(gone);
    }

    private void closeIdle(List<Backend> gone) {
        if (gone.isEmpty()) return;
        for (Lane lane : engine.lanes()) {
            lane.start(() -> gone.forEach(backend -> backend.upstream().closeIdle(lane)));
        }
    }

    /** What belongs to no pool. All else that a reload cannot change is in {@link OnlyAtStart}. */
    private void settle(Configuration before, Configuration next) {
        if (!next.log().equals(before.log())) ApplicationLog.install(next.log());
        if (!next.dnsRefresh().equals(before.dnsRefresh())) resolver.refreshEvery(next.dnsRefresh());
        DataListener data = listener;
        if (data != null) data.maxConnectionsPerClient(next.limits().maxConnectionsPerClient());
    }

    /** Everything that is counted. */
    PrometheusRegistry metrics() {
        return telemetry.registry();
    }

    /** When the file is to be read again. */
    ReloadConfig reloading() {
        return configuration.reload();
    }

    /** Reads the configuration again, and takes it where it is good. */
    ReloadResult reload(String why) {
        return reload.run(why);
    }

    /** Whatever goes wrong here, the next one comes: a scheduler forgets for good what has thrown once. */
    private void tick() {
        try {
            ticks.run();
            forgetGone();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "backends that have gone are not forgotten", e);
        }
    }

    private void forgetGone() {
        for (BackendLabels forgotten : cluster.forget()) {
            changes.forget(forgotten.pool(), forgotten.backend());
            checks.forget(forgotten.pool(), forgotten.backend());
            forget(recorder -> recorder.forget(forgotten));
        }
        for (String pool : cluster.forgetPools()) forget(recorder -> recorder.forgetPool(pool));
    }

    private void forget(Consumer<Recorder> what) {
        for (Lane lane : engine.lanes()) {
            lane.start(() -> {
                lane.lock();
                try {
                    what.accept(recorders.get(lane.index()));
                } finally {
                    lane.unlock();
                }
            });
        }
    }

    private String engineName() {
        return engine.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The port for traffic. */
    public int port() {
        DataListener now = listener;
        return now == null ? -1 : now.port();
    }

    /** Connections of clients that hold no thread while nothing comes. */
    int resting() {
        return proxy.resting();
    }

    /** The port for health, metrics and the API. */
    public int adminPort() {
        AdminServer now = admin;
        return now == null ? -1 : now.port();
    }

    /** Traffic that came sooner would find out for itself, and in a crowd, which backends are down. */
    private boolean known() {
        if (!known) {
            known = Ticker.SYSTEM.nanos() - began > FIRST_CHECKS_WITHIN.toNanos()
                    || cluster.pools().stream()
                            .flatMap(pool -> pool.look().stream())
                            .noneMatch(look -> look.state() == BackendState.UNKNOWN);
        }
        return known;
    }

    private double draining() {
        long began = drainBegan;
        return began == 0 ? 0 : seconds(Duration.ofNanos(Ticker.SYSTEM.nanos() - began));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private Optional<String> notReady() {
        String why = stopping;
        if (why != null) return Optional.of(why);
        List<String> awaited = discovery.awaited();
        if (!awaited.isEmpty())
            return Optional.of("the backends of " + String.join(", ", awaited) + " are not found yet");
        if (!known()) return Optional.of("the first health checks of the backends have not ended");
        for (Pool pool : cluster.pools()) if (pool.canServe()) return Optional.empty();
        return Optional.of("no pool has a backend that may get a request");
    }

    /** Says so of each source that does not answer. */
    private List<String> lostSources() {
        List<String> lost = new ArrayList<>();
        for (SourceStatus status : discovery.statuses()) {
            if (status.lost() == null) continue;
            lost.add("pool " + status.pool() + ": " + status.shown() + " is lost: " + status.lost() + "; "
                    + status.endpoints() + " backends known before stay");
        }
        return lost;
    }

    private List<BackendStatus> statuses() {
        List<BackendStatus> statuses = new ArrayList<>();
        for (Pool pool : cluster.pools()) {
            for (Look look : pool.look()) {
                Backend backend = look.backend();
                statuses.add(new BackendStatus(
                        backend.labels(),
                        look.effectiveWeight(),
                        look.used(),
                        look.inTurn(),
                        look.state().word(),
                        backend.inFlight(),
                        look.since()));
            }
        }
        return statuses;
    }

    /**
     * Ends without failing a request: not ready at once, everything still taken for {@code drain.delay}, then the last answer
     * on each connection says so, and what is left after {@code drain.timeout} is cut. Returns when all has ended.
     *
     * @param delayed whether {@code drain.delay} is waited for: not where somebody waits at a terminal
     */
    public void drain(boolean delayed) {
        drainBegan = Ticker.SYSTEM.nanos();
        stopping = "draining";
        if (delayed) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "draining: not ready, taking requests for another "
                            + configuration.drain().delay().toMillis() + " ms");
            awaitHurry(configuration.drain().delay().toNanos());
        }
        LOG.log(
                System.Logger.Level.INFO,
                "draining: " + proxy.connections() + " connections are given their last answer");
        DataListener data = listener;
        if (data != null) data.drain();
        close();
        LOG.log(System.Logger.Level.INFO, "stopped");
    }

    private void awaitHurry(long nanos) {
        try {
            if (hurry.await(nanos, TimeUnit.NANOSECONDS)) LOG.log(System.Logger.Level.INFO, "draining: cut short");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Opens the access log's file again, by its name: after it was rotated. */
    public void reopenAccessLog() {
        if (accessLog != null) accessLog.reopen();
    }

    /** Ends at once what {@link #drain} waits for. */
    public void hurry() {
        hurry.countDown();
        DataListener data = listener;
        if (data != null) data.hurry();
    }

    private void closeUpstreams() {
        CountDownLatch done = new CountDownLatch(engine.lanes().size());
        for (Lane lane : engine.lanes()) {
            lane.start(() -> {
                for (Pool pool : cluster.pools()) {
                    for (Backend backend : pool.backends()) backend.upstream().closeIdle(lane);
                }
                done.countDown();
            });
        }
        try {
            if (!done.await(1, TimeUnit.SECONDS)) LOG.log(System.Logger.Level.WARNING, "a lane does not end");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends everything at once, requests in flight too. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) return;
        stopping = "stopping";
        watch.shutdownNow();
        discovery.close();
        checks.close();
        DataListener data = listener;
        if (data != null) {
            data.hurry();
            data.drain();
        }
        AdminServer control = admin;
        if (control != null) control.stop();
        closeUpstreams();
        engine.close();
        resolver.close();
        if (accessLog != null) accessLog.close();
    }
}
