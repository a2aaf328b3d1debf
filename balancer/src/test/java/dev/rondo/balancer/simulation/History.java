package dev.rondo.balancer.simulation;

import static java.util.Objects.requireNonNull;

import dev.rondo.balancer.cluster.Backend;
import dev.rondo.balancer.cluster.BackendState;
import dev.rondo.balancer.cluster.Cluster;
import dev.rondo.balancer.cluster.Look;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.cluster.Sight;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.health.CheckResult;
import dev.rondo.balancer.http.Method;
import dev.rondo.balancer.proxy.OpenAttempts.Sending;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;

/**
 * Some seconds of a pool's life, all of it from a seed: requests come, backends fail, hang and return, checks run, the
 * configuration changes, people drain. Then all faults end, and it must come back to where nothing is wrong.
 */
final class History {
    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long TICK = 250 * MILLISECOND;
    private static final int TOLD = 40;

    private record Told(long sinceBeginning, String what) {
        @Override
        public String toString() {
            return "%,15d us  %s".formatted(sinceBeginning / 1000, what);
        }
    }

    final Timeline timeline;
    final Oracle oracle;
    final RandomGenerator random;
    private final long seed;
    private final long began;
    private final Plan plan;
    private final Cluster cluster;
    private final Checks checks;
    private final Map<String, Origin> origins = new HashMap<>();
    private final Set<Backend> drained = new HashSet<>();
    private final Set<Integer> received = new HashSet<>();
    private final Deque<Told> told = new ArrayDeque<>();
    private long digest;
    private int requests;
    private boolean trouble = true;

    History(long seed, Resolver resolver) {
        this.seed = seed;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.began = random.nextLong();
        this.timeline = new Timeline(began);
        this.oracle = new Oracle(timeline);
        this.plan = new Plan(random);
        this.cluster =
                new Cluster(new Cluster.Surroundings(resolver, List.of(), timeline::now, random, (pool, change) -> {
                    tell(change.backend() + ": " + change.from() + " to " + change.to() + ", " + change.reason());
                    oracle.changed(pool, change);
                }));
        this.checks = new Checks(timeline, random, this::origin, resolver, new Judge());
    }

    /** Stands for everything that has happened. */
    long digest() {
        return digest;
    }

    int requests() {
        return requests;
    }

    Pool pool() {
        return requireNonNull(cluster.pool("default"));
    }

    private Origin origin(String host) {
        return origins.computeIfAbsent(host, _ -> new Origin(random));
    }

    Origin origin(Backend backend) {
        return origin(backend.config().host());
    }

    /** Some bytes of a request have come to a backend; false where some had before. */
    boolean receive(int request) {
        return received.add(request);
    }

    void tell(String what) {
        Told line = new Told(timeline.now() - began, what);
        digest = digest * 31 + line.hashCode();
        told.addLast(line);
        if (told.size() > TOLD) told.removeFirst();
    }

    /** As {@link #tell} as long as faults go on: what is well after that is not worth a line. */
    void tellOfTrouble(String what) {
        if (trouble) tell(what);
    }

    /** @throws AssertionError where something was not as it must be: with the seed, and what happened last */
    void run() {
        try {
            live();
            recover();
            end();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "history " + seed + ": " + e.getMessage() + "\nAgain, alone: -Dsimulation.seed=" + seed
                            + "\nIn the end: " + pool().config().strategy() + " " + pool().tier() + " " + standing()
                            + "\nAt last:\n" + told.stream().map(Told::toString).collect(Collectors.joining("\n")),
                    e);
        }
    }

    private void live() {
        reload("start");
        tick();
        requests(random.nextLong(20, 150) * MILLISECOND);
        trouble();
        timeline.pass(random.nextLong(5_000, 20_000) * MILLISECOND, oracle::holds);
    }

    /** No dead end: whatever has happened, backends that are well come back. */
    private void recover() {
        trouble = false;
        origins.values().forEach(origin -> origin.mood(Origin.Mood.WELL));
        tell("all is well from now on");
        long left = Plan.PATIENCE.toNanos();
        while (!isRecovered()) {
            Oracle.require(left > 0, "not all are back: " + standing());
            for (int i = 0; i < 4; i++) request();
            timeline.pass(TICK, oracle::holds);
            left -= TICK;
        }
    }

    private List<String> standing() {
        return pool().look().stream()
                .map(look -> look.backend().id() + " is " + look.state().word() + ": " + look.reason())
                .toList();
    }

    private boolean isRecovered() {
        for (Look look : pool().look()) {
            if (!oracle.isMeantToServe(look.backend())) continue;
            // a backup that nobody needs is not tried either
            boolean back = look.state() == BackendState.UP
                    || (look.state() == BackendState.PROBATION
                            && look.backend().config().backup());
            if (!back) return false;
        }
        return true;
    }

    private void end() {
        timeline.pass(TimeUnit.SECONDS.toNanos(10), oracle::holds);
        Oracle.require(timeline.alive() == 0, timeline.alive() + " requests never end");
        oracle.holdsAtTheEnd();
    }

    // ---- what happens

    private void tick() {
        pool().tick();
        timeline.in(TICK, this::tick);
    }

    private void requests(long meanGap) {
        if (!trouble) return;
        request();
        timeline.in(random.nextLong(2 * meanGap), () -> requests(meanGap));
    }

    private void request() {
        Method[] methods = {Method.GET, Method.GET, Method.POST, Method.POST, Method.PUT};
        Method method = methods[random.nextInt(methods.length)];
        boolean keyed = method == Method.POST && random.nextInt(3) == 0;
        boolean bodyGone = method != Method.GET && random.nextInt(3) == 0;
        long leaves = random.nextInt(12) == 0 ? random.nextLong(500 * MILLISECOND) : -1;
        timeline.start(new Visit(this, ++requests, new Sending(method, keyed, bodyGone), leaves));
    }

    private void trouble() {
        if (!trouble) return;
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> reload(plan.change());
            case 4, 5 -> drain();
            case 6 -> weigh();
            case 7, 8 -> {
                int burst = random.nextInt(2, 20);
                for (int i = 0; i < burst; i++) request();
            }
            default -> mood();
        }
        timeline.in(random.nextLong(1_000 * MILLISECOND), this::trouble);
    }

    private Backend anyBackend() {
        List<Backend> backends = pool().backends();
        return backends.get(random.nextInt(backends.size()));
    }

    private void mood() {
        Backend backend = anyBackend();
        Origin.Mood[] moods = Origin.Mood.values();
        Origin.Mood mood = random.nextInt(3) == 0 ? Origin.Mood.WELL : moods[random.nextInt(moods.length)];
        tell(backend.id() + " is " + mood + " from now on");
        origin(backend).mood(mood);
    }

    private void drain() {
        Backend backend = anyBackend();
        boolean takesOut = drained.add(backend);
        if (!takesOut) drained.remove(backend);
        tell((takesOut ? "drain " : "undrain ") + backend.id());
        oracle.drained(backend, takesOut);
        if (takesOut) pool().drain(backend, "by a person");
        else pool().undrain(backend);
    }

    private void weigh() {
        Backend backend = anyBackend();
        Integer weight = random.nextBoolean() ? (Integer) random.nextInt(4) : null;
        tell("weigh " + backend.id() + " " + weight);
        oracle.weighed(backend, weight);
        pool().weigh(backend, weight);
    }

    private void reload(String why) {
        Configuration next = plan.configuration();
        tell("reload: " + why);
        cluster.apply(next, 8);
        oracle.configured(pool(), requireNonNull(next.pools().get("default")));
        checks.update(pool().config());
    }

    private final class Judge implements Checks.Verdicts {
        @Override
        public void checked(String backend, boolean up, String why) {
            for (Backend it : pool().backends()) {
                if (!it.id().equals(backend)) continue;
                tell("checks: " + backend + (up ? " passes: " : " fails: ") + why);
                boolean back = oracle.checked(it, up);
                pool().checked(it, up, why);
                if (back) oracle.isIn(it);
            }
        }

        @Override
        public void made(String backend, CheckResult.Kind how) {
            Sight sight =
                    switch (how) {
                        case PASSED -> Sight.WELL;
                        case FAILED -> Sight.UNWELL;
                        case REFUSED -> Sight.GONE;
                        case NOT_MADE -> throw new IllegalArgumentException("no check here lacks anything");
                    };
            for (Backend it : pool().backends()) if (it.id().equals(backend)) oracle.seen(it, sight);
        }
    }
}
