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
    private final Configuration started;
    private Configuration inUse; // guarded by this

    /**
     * @param source reads and checks the configuration anew
     * @param started with what the process was started
     * @param taker makes the process go by it
     */
    Reload(
            Supplier<Loaded> source,
            Configuration started,
            Consumer<Configuration> taker,
            Telemetry telemetry,
            Ticker ticker) {
        this.source = source;
        this.started = started;
        this.inUse = started;
        this.taker = taker;
        this.telemetry = telemetry;
        this.ticker = ticker;
    }

    /** @param why what asked for it, for the log */
    synchronized ReloadResult run(String why) {
        try {
            return switch (source.get()) {
                case Loaded.Broken broken ->
                    refuse(broken.problems().stream().map(Problem::toString).toList(), why);
                case Loaded.Valid valid -> take(valid, why);
            };
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "reload (" + why + ") failed inside Rondo", e);
            return refuse(List.of("Rondo itself failed, the log tells more: " + e), why);
        }
    }

    private ReloadResult refuse(List<String> problems, String why) {
        telemetry.configurationRead(false, now());
        LOG.log(
                System.Logger.Level.ERROR,
                "reload (" + why + "): the configuration in use stays: " + problems.getFirst()
                        + (problems.size() > 1
                                ? " (and " + (problems.size() - 1) + " more; rondo check shows all)"
                                : ""));
        return new ReloadResult.Refused(problems);
    }

    private ReloadResult take(Loaded.Valid valid, String why) {
        Configuration next = valid.configuration();
        boolean changed = !next.equals(inUse);
        if (changed) taker.accept(next);
        inUse = next;
        telemetry.configurationRead(true, now());
        List<String> warnings = new ArrayList<>(OnlyAtStart.stays(started, next));
        for (Problem warning : valid.warnings()) warnings.add(warning.toString());
        for (String warning : warnings) LOG.log(System.Logger.Level.WARNING, "reload (" + why + "): " + warning);
        LOG.log(
                System.Logger.Level.INFO,
                "reload (" + why + "): " + (changed ? "the new configuration is in use" : "nothing has changed"));
        return new ReloadResult.Taken(changed, warnings);
    }

    private Instant now() {
        return Instant.ofEpochMilli(ticker.millis());
    }
}
