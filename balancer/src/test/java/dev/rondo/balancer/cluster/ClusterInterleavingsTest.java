package dev.rondo.balancer.cluster;

import static dev.rondo.balancer.testkit.Configurations.on;
import static java.util.Objects.requireNonNull;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.testkit.Interleavings;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Param;
import org.jetbrains.kotlinx.lincheck.paramgen.IntGen;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What threads of many lanes, and those who judge, do to parts of a pool at once. Lincheck cannot look into records, so what holds
 * some with more than numbers in them is left to {@link PoolThreadsTest}, and the line to real threads.
 */
class ClusterInterleavingsTest {
    /** Made once: their names are looked up on threads of their own. */
    private static final List<Backend> MADE = make();

    private static List<Backend> make() {
        try (Resolver resolver = new Resolver(host -> List.of(InetAddress.getLoopbackAddress()), Duration.ofDays(1))) {
            Cluster cluster = new Cluster(new Cluster.Surroundings(
                    resolver, List.of(), () -> 0, new SplittableRandom(1), (pool, change) -> {}));
            cluster.apply(on(EngineKind.AUTO).backends(1, 2, 3).build(), 1);
            return requireNonNull(cluster.pool("default")).backends();
        }
    }

    /** As many repeats as are promised, whoever asks. */
    public static class Budget {
        private final RetryBudget budget = new RetryBudget(20, 2);

        @Operation
        public boolean take() {
            return budget.tryTake(0);
        }

        @Operation
        public void give() {
            budget.give();
        }

        @Operation
        public int taken() {
            return budget.taken();
        }
    }

    /** Three backends, one of them on probation: not more than the share is out, and there is one trial. */
    @Param(name = "who", gen = IntGen.class, conf = "0:2")
    public static class Ejections {
        private final Outliers outliers = new Outliers(new OutlierTerms(true, 1, 10, 40, 67, 3, 20, 0, 0, 20));
        private final List<Passive> pool = new ArrayList<>();

        public Ejections() {
            for (int i = 0; i < 3; i++) pool.add(outliers.add(new Passive("b" + i, () -> true)));
            outliers.onResult(pool.getFirst(), Ticket.PLAIN, Outcome.FAILED, 0, 0);
            outliers.tick(10);
        }

        @Operation
        public String fail(@Param(name = "who") int who) {
            Transition change = outliers.onResult(pool.get(who), Ticket.PLAIN, Outcome.FAILED, 0, 11);
            return change == null ? "stays" : change.from() + ">" + change.to();
        }

        @Operation
        public String begin(@Param(name = "who") int who) {
            Ticket ticket = outliers.begin(pool.get(who), 11);
            return ticket == null ? "nothing" : ticket == Ticket.PLAIN ? "plain" : "trial";
        }

        @Operation
        public boolean mayPick(@Param(name = "who") int who) {
            return outliers.mayPick(pool.get(who), 11);
        }
    }

    /** Who waits, and for which backends. */
    @Param(name = "who", gen = IntGen.class, conf = "0:2")
    public static class Line {
        private static final List<Thread> WAITERS = List.of(new Thread(), new Thread(), new Thread());
        private final WaitingLine line = new WaitingLine();

        @Operation
        public boolean enter(@Param(name = "who") int who) {
            return line.enter(WAITERS.get(who), who == 0 ? List.of() : List.of(MADE.get(who)), 3);
        }

        @Operation
        public void leave(@Param(name = "who") int who) {
            line.leave(WAITERS.get(who));
        }

        @Operation
        public boolean wants(@Param(name = "who") int who) {
            return line.wants(MADE.get(1), WAITERS.get(who));
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Budget.class, Ejections.class, Line.class})
    void eachStepIsWholeForAllOthers(Class<?> shared) throws Exception {
        Interleavings.race(shared);
    }

    @ParameterizedTest
    @ValueSource(classes = {Budget.class, Ejections.class})
    void noInterleavingBreaksAStep(Class<?> shared) throws Exception {
        Interleavings.explore(shared);
    }
}
