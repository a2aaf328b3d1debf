package dev.rondo.balancer.simulation;

import static java.util.Objects.requireNonNull;

import dev.rondo.balancer.config.HealthCheckConfig;
import dev.rondo.balancer.config.PoolConfig;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.health.CheckResult;
import dev.rondo.balancer.health.CheckState;
import dev.rondo.balancer.health.Connector;
import dev.rondo.balancer.health.Place;
import dev.rondo.balancer.health.PoolChecks;
import dev.rondo.balancer.health.Standing;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The active checks of the pool: rules, times and states are the real ones, what they see is an {@link Origin}'s. */
final class Checks {
    /** Hears what checks find. */
    interface Verdicts {
        void checked(String backend, boolean up, String why);

        /** Hears of each check, after that. */
        void made(String backend, CheckResult.Kind how);
    }

    private final class Watch {
        private final String backend;
        private Place place;
        private CheckState state;
        /** Counts what is begun anew: what was begun before is nobody's. */
        private int epoch;

        Watch(String backend, Place place) {
            this.backend = backend;
            this.place = place;
            this.state = CheckState.initial(rules().rules().initial());
            start();
        }

        void start() {
            int mine = ++epoch;
            long now = timeline.now();
            timeline.in(rules().rules().schedule().first(now, random) - now, () -> begin(mine));
        }

        void update(Place now) {
            if (now.equals(place)) return;
            place = now;
            state = CheckState.initial(rules().rules().initial());
            start();
        }

        void stop() {
            epoch++;
        }

        private void begin(int mine) {
            if (mine != epoch) return;
            Origin origin = origins.apply(place.host());
            boolean hangs = origin.mood() == Origin.Mood.HANGING;
            long takes = hangs ? rules().rules().timeout().toNanos() : TimeUnit.MILLISECONDS.toNanos(3);
            CheckResult result = origin.check();
            long begun = timeline.now();
            timeline.in(takes, () -> end(mine, begun, result));
        }

        private void end(int mine, long begun, CheckResult result) {
            if (mine != epoch) return;
            CheckState before = state;
            state = before.after(result, rules().rules().fall(), rules().rules().rise());
            boolean changed = state.begun() && (!before.begun() || state.standing() != before.standing());
            if (changed) verdicts.checked(backend, state.standing() == Standing.UP, state.why());
            verdicts.made(backend, result.kind());
            long now = timeline.now();
            timeline.in(rules().rules().schedule().next(begun, now, random) - now, () -> begin(mine));
        }
    }

    private final Timeline timeline;
    private final RandomGenerator random;
    private final Function<String, Origin> origins;
    private final Verdicts verdicts;
    private final Connector connector;
    private final Map<String, Watch> watches = new LinkedHashMap<>();
    private @Nullable PoolChecks rules;

    /** @param origins what stands at a host */
    Checks(
            Timeline timeline,
            RandomGenerator random,
            Function<String, Origin> origins,
            Resolver resolver,
            Verdicts verdicts) {
        this.timeline = timeline;
        this.random = random;
        this.origins = origins;
        this.verdicts = verdicts;
        this.connector = new Connector(resolver);
    }

    private PoolChecks rules() {
        return requireNonNull(rules);
    }

    /** As {@code ActiveChecks.update} does. */
    void update(PoolConfig pool) {
        Map<String, Watch> before = new LinkedHashMap<>(watches);
        watches.clear();
        HealthCheckConfig how = pool.healthCheck();
        if (how != null) {
            rules = PoolChecks.of(pool.name(), how, pool.backends(), connector);
            rules.places().forEach((backend, place) -> {
                Watch watch = before.remove(backend);
                if (watch == null) watch = new Watch(backend, place);
                else watch.update(place);
                watches.put(backend, watch);
            });
        }
        before.values().forEach(Watch::stop);
    }
}
