package dev.rondo.balancer.simulation;

import static dev.rondo.balancer.testkit.Configurations.on;

import dev.rondo.balancer.config.Affinity;
import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.Balancing;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.HealthCheckConfig;
import dev.rondo.balancer.config.OutlierConfig;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.config.PoolTimeouts;
import dev.rondo.balancer.config.QueueConfig;
import dev.rondo.balancer.config.RetryConfig;
import dev.rondo.balancer.config.RetryOn;
import dev.rondo.balancer.config.SlowStart;
import dev.rondo.balancer.config.StatusRanges;
import dev.rondo.balancer.config.Strategy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A configuration of one small pool as somebody could write it, and what becomes of it as somebody changes it. */
final class Plan {
    /** Backends at most. */
    static final int MOST = 6;

    /** Longest that this plan's checks and ejections keep a backend out that is well again, if it gets requests. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final String POOL = "default";

    private record Site(String id, String host, int port, int weight, boolean backup, int maxRequests) {
        BackendConfig config() {
            return new BackendConfig(id, URI.create("http://" + host + ":" + port), weight, backup, maxRequests);
        }
    }

    private final RandomGenerator random;
    private final List<Site> sites = new ArrayList<>();
    private final PoolTimeouts timeouts;
    private Strategy strategy;
    private Balancing balancing;
    private @Nullable HealthCheckConfig checks;
    private OutlierConfig outliers;
    private RetryConfig retry;
    private int named;

    Plan(RandomGenerator random) {
        this.random = random;
        this.timeouts = timeouts();
        this.strategy = strategy();
        this.balancing = balancing();
        this.checks = random.nextInt(3) > 0 ? checks() : null;
        this.outliers = outliers();
        this.retry = retry();
        int size = random.nextInt(1, MOST + 1);
        for (int i = 0; i < size; i++) add();
    }

    /** Changes one thing, or none; gives what, for people. */
    String change() {
        int at = random.nextInt(sites.size());
        Site site = sites.get(at);
        switch (random.nextInt(14)) {
            case 0, 1 -> {
                if (sites.size() < MOST) add();
                return "add " + sites.getLast().id;
            }
            case 2, 3 -> {
                if (sites.size() > 1) sites.remove(at);
                return "remove " + site.id;
            }
            case 4 -> {
                sites.set(
                        at, new Site(site.id, site.host, site.port, random.nextInt(4), site.backup, site.maxRequests));
                return "reweight " + site.id;
            }
            case 5 -> {
                sites.set(at, new Site(site.id, site.host, site.port + 1, site.weight, site.backup, site.maxRequests));
                return "move " + site.id;
            }
            case 6 -> {
                sites.set(at, new Site(site.id, site.host, site.port, site.weight, site.backup, limit()));
                return "limit " + site.id;
            }
            case 7 -> {
                Collections.shuffle(sites, random);
                return "reorder";
            }
            case 8 -> {
                checks = random.nextInt(3) > 0 ? checks() : null;
                return "checks";
            }
            case 9 -> {
                outliers = outliers();
                return "outliers";
            }
            case 10 -> {
                retry = retry();
                return "retry";
            }
            case 11 -> {
                balancing = balancing();
                return "balancing";
            }
            case 12 -> {
                strategy = random.nextInt(3) == 0 ? strategy() : strategy;
                return "strategy " + strategy;
            }
            default -> {
                return "nothing";
            }
        }
    }

    Configuration configuration() {
        List<BackendConfig> backends = new ArrayList<>();
        boolean onlyBackups = sites.stream().allMatch(Site::backup);
        for (Site site : sites) {
            BackendConfig one = site.config();
            boolean primary = onlyBackups && backends.isEmpty();
            backends.add(
                    primary ? new BackendConfig(one.id(), one.url(), one.weight(), false, one.maxRequests()) : one);
        }
        Balancing how = new Balancing(
                balancing.hashOn(),
                strategy.hashes() ? balancing.boundedLoad() : 0,
                balancing.panicThreshold(),
                balancing.slowStart(),
                balancing.queue(),
                balancing.affinity());
        return on(EngineKind.AUTO)
                .backends(80)
                .policies(pool -> new PoolConfig(
                        POOL, strategy, backends, timeouts, pool.headers(), how, checks, outliers, retry, null))
                .build();
    }

    private void add() {
        int number = ++named;
        // an id comes back now and then, at another address
        String old = "b" + random.nextInt(1, number + 1);
        boolean comesBack = random.nextInt(4) == 0 && sites.stream().noneMatch(site -> site.id.equals(old));
        String id = comesBack ? old : "b" + number;
        int weight = random.nextInt(8) == 0 ? 0 : random.nextInt(1, 4);
        sites.add(new Site(id, "10.0.0." + number, 80, weight, random.nextInt(6) == 0, limit()));
    }

    private int limit() {
        return random.nextInt(3) == 0 ? random.nextInt(1, 4) : 0;
    }

    private Duration millis(int least, int most) {
        return Duration.ofMillis(random.nextInt(least, most));
    }

    private PoolTimeouts timeouts() {
        Duration response = millis(200, 2000);
        boolean limited = random.nextInt(3) == 0;
        return new PoolTimeouts(
                Duration.ofMillis(100),
                response,
                response,
                limited ? response.multipliedBy(2) : Duration.ZERO,
                Duration.ofSeconds(60),
                Duration.ofHours(1),
                Duration.ofSeconds(60),
                Duration.ofHours(1));
    }

    /** The one that everybody uses most often; one that is slow to make seldom. */
    private Strategy strategy() {
        List<Strategy> all = List.of(Strategy.values());
        if (random.nextInt(3) == 0) return Strategy.ROUND_ROBIN;
        Strategy any = all.get(random.nextInt(all.size()));
        return any == Strategy.CONSISTENT_HASH && random.nextInt(4) > 0 ? Strategy.RENDEZVOUS : any;
    }

    private Balancing balancing() {
        return new Balancing(
                Balancing.DEFAULT.hashOn(),
                random.nextInt(3) == 0 ? 1.25 : 0,
                random.nextInt(4) == 0 ? random.nextInt(1, 10) / 10.0 : 0,
                random.nextInt(5) == 0 ? new SlowStart(millis(500, 4000), 1) : null,
                new QueueConfig(random.nextInt(6), millis(300, 4000)),
                random.nextInt(5) == 0 ? new Affinity("to", null, Affinity.SameSite.LAX, false, true, null) : null);
    }

    private HealthCheckConfig checks() {
        HealthCheckConfig.Initial[] initial = HealthCheckConfig.Initial.values();
        Duration interval = millis(300, 2000);
        return new HealthCheckConfig(
                HealthCheckConfig.Kind.TCP,
                "GET",
                "/",
                null,
                StatusRanges.DEFAULT,
                null,
                random.nextInt(4) == 0 ? 9999 : 0,
                interval,
                interval.dividedBy(2),
                0.2,
                random.nextInt(1, 4),
                random.nextInt(1, 4),
                initial[random.nextInt(initial.length)]);
    }

    private OutlierConfig outliers() {
        if (random.nextInt(8) == 0) return OutlierConfig.OFF;
        Duration base = millis(500, 3000);
        return new OutlierConfig(
                true,
                random.nextInt(5),
                base,
                base.multipliedBy(random.nextInt(1, 5)),
                random.nextInt(101),
                Duration.ofSeconds(10),
                5,
                100,
                0,
                0,
                Duration.ofSeconds(random.nextInt(6)));
    }

    private RetryConfig retry() {
        EnumSet<RetryOn> on = EnumSet.allOf(RetryOn.class);
        if (random.nextInt(4) == 0) on.removeIf(_ -> random.nextBoolean());
        on.add(RetryOn.CONNECT_FAILURE);
        return new RetryConfig(random.nextInt(4), on, random.nextInt(60), random.nextInt(4), 64 << 10);
    }
}
