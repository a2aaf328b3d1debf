package dev.rondo.balancer.app;

import dev.rondo.balancer.admin.Explanation;
import dev.rondo.balancer.admin.Explanation.Candidate;
import dev.rondo.balancer.admin.Explanation.Question;
import dev.rondo.balancer.admin.Explanation.Route;
import dev.rondo.balancer.admin.PoolView;
import dev.rondo.balancer.admin.PoolView.BackendView;
import dev.rondo.balancer.admin.PoolView.Load;
import dev.rondo.balancer.admin.PoolView.Source;
import dev.rondo.balancer.admin.PoolView.State;
import dev.rondo.balancer.admin.PoolView.Tier;
import dev.rondo.balancer.balance.Hash;
import dev.rondo.balancer.cluster.Backend;
import dev.rondo.balancer.cluster.BackendState;
import dev.rondo.balancer.cluster.Cluster;
import dev.rondo.balancer.cluster.Ejection;
import dev.rondo.balancer.cluster.Forecast;
import dev.rondo.balancer.cluster.Look;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.config.Affinity;
import dev.rondo.balancer.config.HashOn;
import dev.rondo.balancer.config.RouteConfig;
import dev.rondo.balancer.discovery.Discovery;
import dev.rondo.balancer.discovery.SourceStatus;
import dev.rondo.balancer.health.ActiveChecks;
import dev.rondo.balancer.health.BackendCheck;
import dev.rondo.balancer.health.CheckResult;
import dev.rondo.balancer.route.Router;
import dev.rondo.balancer.telemetry.BackendLabels;
import dev.rondo.balancer.telemetry.BackendTotals;
import dev.rondo.balancer.telemetry.Telemetry;
import dev.rondo.balancer.wire.Ticker;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The pools as the API shows them. Reads only; called on the thread of the request. */
record PoolViews(
        Cluster cluster,
        Supplier<Router> router,
        Telemetry telemetry,
        Changes changes,
        ActiveChecks checks,
        Discovery discovery,
        Ticker ticker) {
    List<PoolView> views() {
        Function<BackendLabels, BackendTotals> counted = telemetry.totals();
        return cluster.pools().stream().map(pool -> view(pool, counted)).toList();
    }

    private PoolView view(Pool pool, Function<BackendLabels, BackendTotals> counted) {
        return new PoolView(
                pool.config().name(),
                strategy(pool),
                Tier.valueOf(pool.tier().name()),
                pool.waiting(),
                source(pool),
                pool.look().stream()
                        .map(look ->
                                view(pool, look, counted.apply(look.backend().labels())))
                        .toList());
    }

    private @Nullable Source source(Pool pool) {
        for (SourceStatus status : discovery.statuses()) {
            if (!status.pool().equals(pool.name())) continue;
            long answered = status.lastSuccessMillis();
            return new Source(
                    status.shown(),
                    status.endpoints(),
                    answered == 0 ? null : Instant.ofEpochMilli(answered),
                    status.failures(),
                    status.lost());
        }
        return null;
    }

    private static String strategy(Pool pool) {
        return pool.config().strategy().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private BackendView view(Pool pool, Look look, BackendTotals totals) {
        Backend backend = look.backend();
        return new BackendView(
                backend.config().id(),
                backend.config().url().toString(),
                backend.upstream().addresses().stream()
                        .map(InetAddress::getHostAddress)
                        .toList(),
                state(look),
                at(look.since()),
                look.reason(),
                backend.config().backup(),
                look.weight(),
                look.used() ? effectiveWeight(pool, look) : 0,
                backend.config().maxRequests(),
                new Load(
                        backend.inFlight(),
                        totals.requests(),
                        totals.failures(),
                        totals.picks(),
                        totals.active(),
                        totals.idle()),
                lastCheck(pool, backend),
                ejection(look),
                changes.of(pool.name(), backend.id()).stream()
                        .map(change -> new PoolView.Transition(
                                at(change.nowNanos()), state(change.from()), state(change.to()), change.reason()))
                        .toList());
    }

    /** What the pool's strategy goes by: a strict rotation knows no weights, and what hashes no slow start. */
    private static double effectiveWeight(Pool pool, Look look) {
        return switch (pool.config().strategy()) {
            case ROUND_ROBIN -> look.weight() == 0 ? 0 : look.effectiveWeight() / look.weight();
            case CONSISTENT_HASH, RENDEZVOUS -> look.weight();
            case WEIGHTED_ROUND_ROBIN, RANDOM, LEAST_REQUESTS, POWER_OF_TWO, PEAK_EWMA -> look.effectiveWeight();
        };
    }

    private PoolView.@Nullable Check lastCheck(Pool pool, Backend backend) {
        for (BackendCheck check : checks.backends()) {
            BackendCheck.Last last = check.last();
            if (last == null
                    || !check.pool().equals(pool.name())
                    || !check.backend().equals(backend.id())) continue;
            return new PoolView.Check(
                    Instant.ofEpochMilli(last.endedMillis()),
                    last.result().kind() == CheckResult.Kind.PASSED,
                    last.result().what(),
                    last.took().toNanos());
        }
        return null;
    }

    private PoolView.@Nullable Ejection ejection(Look look) {
        return look.ejection() instanceof Ejection.Out out
                ? new PoolView.Ejection(out.times(), at(out.untilNanos()))
                : null;
    }

    /** A backup that is fit and not needed has a word of its own. */
    private static State state(Look look) {
        boolean spare =
                look.state() == BackendState.UP && look.backend().config().backup() && !look.used();
        return spare ? State.BACKUP : state(look.state().word());
    }

    private static State state(String word) {
        return State.valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** When the ticker had this value, by the clock as it stands now. */
    private Instant at(long nanos) {
        return Instant.ofEpochMilli(ticker.millis()).minusNanos(ticker.nanos() - nanos);
    }

    /** Where {@code question} would go. The pool that it names is there. */
    Explanation explain(Question question) {
        RouteConfig route = question.pool() == null ? router.get().matching(question.host(), question.path()) : null;
        String name = route == null ? question.pool() : route.pool();
        Pool pool = name == null ? null : cluster.pool(name);
        if (pool == null)
            return new Explanation(null, null, null, null, "no route matches this host and path", List.of());
        Affinity affinity = pool.config().balancing().affinity();
        String token = affinity == null ? null : cookie(question, affinity.cookie());
        Forecast forecast = pool.forecast(token, key(pool, question));
        Backend next = forecast.next();
        return new Explanation(
                route == null ? null : new Route(route.host(), route.pathPrefix()),
                pool.name(),
                strategy(pool),
                next == null ? null : next.id(),
                why(pool, forecast.by()),
                forecast.all().stream()
                        .map(it -> new Candidate(
                                it.look().backend().id(),
                                state(it.look()),
                                it.eligible(),
                                it.look().backend() == next,
                                it.why()))
                        .toList());
    }

    private static long key(Pool pool, Question question) {
        String key =
                switch (pool.config().balancing().hashOn()) {
                    case HashOn.ClientIp ip -> question.client();
                    case HashOn.Path path -> question.path();
                    case HashOn.Header header -> header(question, header.name());
                    case HashOn.Cookie cookie -> cookie(question, cookie.name());
                };
        return Hash.of(key == null ? question.client() : key);
    }

    private static @Nullable String header(Question question, String name) {
        return question.headers().stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Explanation.Header::value)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String cookie(Question question, String name) {
        String cookies = header(question, "cookie");
        if (cookies == null) return null;
        return Arrays.stream(cookies.split(";", -1))
                .map(String::strip)
                .filter(pair -> pair.startsWith(name + "="))
                .map(pair -> pair.substring(name.length() + 1))
                .findFirst()
                .orElse(null);
    }

    private static String why(Pool pool, Forecast.By by) {
        String strategy = strategy(pool);
        String tier = pool.tier().word();
        return switch (by) {
            case COOKIE -> "its affinity cookie names it";
            case STRATEGY -> strategy + " over the backends that are used (" + tier + ")";
            case CHANCE ->
                strategy + ": chance and the requests in flight decide, among those that are used (" + tier + ")";
            case QUEUE -> "it would wait in line: nobody has room, or others were here before";
            case NOBODY -> "no backend may get a request";
        };
    }
}
