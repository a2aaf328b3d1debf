package dev.rondo.balancer.app;

import dev.rondo.balancer.admin.ReloadResult;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.config.Loaded;
import dev.rondo.balancer.config.Problem;
import dev.rondo.balancer.telemetry.Telemetry;
import dev.rondo.balancer.wire.Ticker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Takes another configuration while the process runs, one at a time: whole, or not at all. What is wrong changes nothing and says
 * why; what only a start can change is named, and the rest is taken.
 */
final class Reload {
    private static final System.Logger LOG = System.getLogger(Reload.class.getName());

    private final Supplier<Loaded> source;
    private final Consumer<Configuration> taker;
    private final Telemetry telemetry;
    private final Ticker ticker;
    private Configuration inUse; // guarded by this

    /**
     * @param source reads and checks the configuration anew
     * @param inUse with what the process was started
     * @param taker makes the process go by it
     */
    Reload(
            Supplier<Loaded> source,
            Configuration inUse,
            Consumer<Configuration> taker,
            Telemetry telemetry,
            Ticker ticker) {
        this.source = source;
        this.inUse = inUse;
        this.taker = taker;
        this.telemetry = telemetry;
        this.ticker = ticker;
    }

    /** @param why what asked for it, for the log */
    synchronized ReloadResult run(String why) {
        return switch (source.get()) {
            case Loaded.Broken broken -> refuse(broken.problems(), why);
            case Loaded.Valid valid -> take(valid, why);
        };
    }

    private ReloadResult refuse(List<Problem> problems, String why) {
        telemetry.configurationRead(false, now());
        LOG.log(
                System.Logger.Level.ERROR,
                "reload (" + why + "): the configuration in use stays: " + problems.getFirst()
                        + (problems.size() > 1
                                ? " (and " + (problems.size() - 1) + " more; rondo check shows all)"
                                : ""));
        return new ReloadResult.Refused(problems.stream().map(Problem::toString).toList());
    }

    private ReloadResult take(Loaded.Valid valid, String why) {
        Configuration next = valid.configuration();
        boolean changed = !next.equals(inUse);
        List<String> later = onlyAtStart(inUse, next);
        if (changed) taker.accept(next);
        inUse = next;
        telemetry.configurationRead(true, now());
        for (Problem warning : valid.warnings()) LOG.log(System.Logger.Level.WARNING, "reload: " + warning);
        if (!later.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "reload (" + why
                            + "): cannot change while the process runs, and stay as they were until it is started"
                            + " again: " + String.join(", ", later));
        }
        LOG.log(
                System.Logger.Level.INFO,
                "reload (" + why + "): " + (changed ? "the new configuration is in use" : "nothing has changed"));
        return new ReloadResult.Taken(changed);
    }

    private static List<String> onlyAtStart(Configuration before, Configuration after) {
        List<String> keys = new ArrayList<>();
        note(keys, "server", before.server(), after.server());
        note(keys, "admin", before.admin(), after.admin());
        note(keys, "engine", before.engine(), after.engine());
        note(keys, "loops", before.loops(), after.loops());
        note(keys, "dns-refresh", before.dnsRefresh(), after.dnsRefresh());
        note(keys, "access-log", before.accessLog(), after.accessLog());
        note(keys, "log", before.log(), after.log());
        note(keys, "reload", before.reload(), after.reload());
        note(
                keys,
                "limits.max-connections-per-client",
                before.limits().maxConnectionsPerClient(),
                after.limits().maxConnectionsPerClient());
        return keys;
    }

    private static void note(List<String> keys, String key, Object before, Object after) {
        if (!Objects.equals(before, after)) keys.add(key);
    }

    private Instant now() {
        return Instant.ofEpochMilli(ticker.millis());
    }
}
