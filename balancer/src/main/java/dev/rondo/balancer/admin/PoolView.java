package dev.rondo.balancer.admin;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A pool as the API shows it, at one moment.
 *
 * @param strategy as in the configuration, {@code round-robin}
 * @param tier which of its backends are used
 * @param waiting requests in its queue
 * @param source where its backends are found; null where the configuration lists them
 * @param backends in the order of the configuration, or by id where they are found
 */
public record PoolView(
        String name,
        String strategy,
        Tier tier,
        long waiting,
        @Nullable Source source,
        List<BackendView> backends) {
    /** Where the configuration lists them. */
    public PoolView(String name, String strategy, Tier tier, long waiting, List<BackendView> backends) {
        this(name, strategy, tier, waiting, null, backends);
    }

    public PoolView {
        backends = List.copyOf(backends);
    }

    /**
     * Where the backends of a pool are found.
     *
     * @param of for people: {@code Service shop/api}
     * @param endpoints those it told of last that may get requests
     * @param answered when it last did; null where it never has
     * @param failures how often it has not answered since the start
     * @param lost why it does not answer now; null where it does
     */
    public record Source(
            String of,
            int endpoints,
            @Nullable Instant answered,
            long failures,
            @Nullable String lost) {}

    /** Which backends of a pool are used, and with that why. */
    public enum Tier {
        /** Those that nothing speaks against. */
        HEALTHY,
        /** Backups: nothing else is healthy. */
        BACKUP,
        /** Those that only passive ejection speaks against: nothing is healthy. */
        PANIC,
        /** All that are not drained: fewer than {@code panic-threshold} are healthy. */
        ALL,
        /** No one may get a request. */
        NONE;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** Lower case. */
        public String word() {
            return word;
        }
    }

    /** Where a backend stands. */
    public enum State {
        /** It gets requests. */
        UP,
        /** No check of it has ended yet. */
        UNKNOWN,
        /** Active checks fail. */
        DOWN,
        /** Passive ejection has benched it. */
        EJECTED,
        /** Back from an ejection, for one request at a time. */
        PROBATION,
        /** It ends what it has and gets nothing new. */
        DRAINING,
        /** Fit, and kept for when no other is. */
        BACKUP;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** Lower case. */
        public String word() {
            return word;
        }
    }

    /**
     * A backend, at one moment.
     *
     * @param url as in the configuration
     * @param addresses that its name resolves to now; empty where it does not
     * @param since when it came into this state
     * @param reason why it is in this state, for people
     * @param backup whether it is used only when no other is healthy
     * @param weight configured, or set by the API since
     * @param effectiveWeight what the strategy takes it for now: less while it starts slowly, 0 where it gets nothing
     * @param maxRequests at a time; 0 for no limit
     * @param load what it does and has done
     * @param lastCheck null where it is not checked, or was not yet
     * @param ejection the one under way; null where there is none
     * @param transitions its last changes of state, newest first
     */
    public record BackendView(
            String id,
            String url,
            List<String> addresses,
            State state,
            Instant since,
            String reason,
            boolean backup,
            int weight,
            double effectiveWeight,
            int maxRequests,
            Load load,
            @Nullable Check lastCheck,
            @Nullable Ejection ejection,
            List<Transition> transitions) {
        public BackendView {
            addresses = List.copyOf(addresses);
            transitions = List.copyOf(transitions);
        }
    }

    /**
     * What a backend does now and has done since the start.
     *
     * @param inFlight requests there now
     * @param requests that ended there
     * @param failures attempts that failed by its fault
     * @param picks attempts that were begun there
     * @param activeConnections that carry a request now
     * @param idleConnections that are kept for the next one now
     */
    public record Load(
            long inFlight, long requests, long failures, long picks, long activeConnections, long idleConnections) {}

    /**
     * The last active check that ended.
     *
     * @param why what it saw, for people
     * @param durationNanos from its start to its end
     */
    public record Check(Instant at, boolean passed, String why, long durationNanos) {}

    /**
     * The ejection under way.
     *
     * @param number how many there were in a row, those not counted that the backend has asked for by {@code Retry-After}
     * @param until when it ends
     */
    public record Ejection(int number, Instant until) {}

    /** A change of state. */
    public record Transition(Instant at, State from, State to, String reason) {}
}
