package dev.rondo.balancer.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.cluster.Ejection.In;
import dev.rondo.balancer.cluster.Ejection.Out;
import dev.rondo.balancer.cluster.Ejection.Probation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Whatever happens, in whatever order. */
class OutlierHistoriesTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static final List<Outcome> OUTCOMES = List.of(Outcome.OK, Outcome.FAILED, Outcome.NEUTRAL);

    /** Attempt under way. */
    private record Flight(Passive who, Ticket ticket) {}

    private static final class World {
        final RandomGenerator random;
        final OutlierTerms terms;
        final Outliers outliers;
        final List<Passive> pool = new ArrayList<>();
        final Set<String> down = new HashSet<>();
        final List<Flight> flights = new ArrayList<>();
        final Map<String, String> states = new HashMap<>();
        Map<Passive, Totals> sample = Map.of();
        long now;

        World(long seed, int size, int percent) {
            random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
            terms = new OutlierTerms(true, 3, 10 * SECOND, 45 * SECOND, percent, 3, 20, 1.2, 2, 20 * SECOND);
            outliers = new Outliers(terms);
            now = random.nextLong();
            for (int i = 0; i < size; i++) {
                String id = "b" + i;
                pool.add(outliers.add(new Passive(id, () -> !down.contains(id))));
                states.put(id, "in");
            }
        }

        boolean usable(Passive who) {
            return outliers.state(who) instanceof In && who.isServing();
        }

        void step() {
            now += random.nextLong(4 * SECOND);
            Passive who = pool.get(random.nextInt(pool.size()));
            switch (random.nextInt(12)) {
                case 0 -> outliers.tick(now).forEach(change -> took(change, List.of("out>probation")));
                case 1 -> {
                    if (!down.remove(who.backend())) down.add(who.backend());
                }
                case 2 -> compare();
                case 3, 4, 5 -> begin(who);
                case 6, 7 -> fail(who);
                default -> end();
            }
        }

        private void begin(Passive who) {
            boolean mayPick = outliers.mayPick(who, now);
            Ticket ticket = outliers.begin(who, now);
            assertThat(ticket != null).isEqualTo(mayPick);
            if (ticket != null) flights.add(new Flight(who, ticket));
        }

        private void fail(Passive who) {
            for (int i = 0; i < 3; i++) result(new Flight(who, Ticket.PLAIN), Outcome.FAILED, 0);
        }

        private void end() {
            if (flights.isEmpty()) return;
            Flight flight = flights.remove(random.nextInt(flights.size()));
            Outcome outcome = OUTCOMES.get(random.nextInt(3));
            result(flight, outcome, random.nextInt(3) == 0 ? random.nextLong(100) : 0);
        }

        private void result(Flight flight, Outcome outcome, long retryAfter) {
            Ejection was = outliers.state(flight.who());
            long others =
                    pool.stream().filter(o -> o != flight.who() && usable(o)).count();
            Transition change = outliers.onResult(flight.who(), flight.ticket(), outcome, retryAfter, now);
            if (change == null) return;
            took(change, outcome == Outcome.OK ? List.of("probation>in") : List.of("in>out", "probation>out"));
            if (outcome == Outcome.FAILED) wentOut(flight.who(), was, others, retryAfter);
        }

        private void wentOut(Passive who, Ejection was, long othersUsable, long retryAfter) {
            Out out = (Out) outliers.state(who);
            long length = out.untilNanos() - now;
            if (retryAfter > 0) assertThat(length).isEqualTo(Math.min(retryAfter, 20) * SECOND);
            else assertThat(length).isBetween(10 * SECOND, 45 * SECOND);
            if (was instanceof In) assertThat(othersUsable).as("never the last").isPositive();
            if (was instanceof Probation probation && retryAfter == 0)
                assertThat(length)
                        .as("longer after a trial that failed")
                        .isEqualTo(Math.min(45, 10 * (probation.past().timesEjected() + 1)) * SECOND);
        }

        private void compare() {
            Map<Passive, Totals> later = new HashMap<>();
            for (Passive who : pool) {
                Totals before = sample.getOrDefault(who, Totals.NONE);
                int answers = random.nextInt(10, 60);
                later.put(
                        who,
                        new Totals(
                                before.successes() + random.nextInt(40),
                                before.failures() + random.nextInt(40),
                                before.answers() + answers,
                                before.latencyNanos() + answers * random.nextLong(1, SECOND)));
            }
            Set<Passive> usable =
                    new HashSet<>(pool.stream().filter(this::usable).toList());
            outliers.compare(sample, later, now).forEach(change -> took(change, List.of("in>out")));
            if (!usable.isEmpty()) assertThat(pool).anyMatch(this::usable);
            sample = later;
        }

        /** Transitions join up: what the log says is the whole truth. */
        private void took(Transition change, List<String> allowed) {
            assertThat(change.from() + ">" + change.to()).isIn(allowed);
            assertThat(states.put(change.backend(), change.to())).isEqualTo(change.from());
            assertThat(change.reason()).isNotBlank();
            assertThat(change.nowNanos()).isEqualTo(now);
        }

        /** Nanoseconds until the first ejection is over; empty where nobody is out. */
        OptionalLong left() {
            return pool.stream()
                    .map(outliers::state)
                    .filter(Out.class::isInstance)
                    .mapToLong(state -> ((Out) state).untilNanos() - now)
                    .min();
        }

        void holds(int percent) {
            long benched = pool.stream()
                    .filter(who -> !(outliers.state(who) instanceof In))
                    .count();
            assertThat(benched).isLessThanOrEqualTo(Math.max(1, pool.size() * percent / 100));
            for (Passive who : pool) assertThat(outliers.state(who).name()).isEqualTo(states.get(who.backend()));
        }
    }

    @Property(tries = 500)
    void theShareTheLastAndTheLengthsHold(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int size, @ForAll @IntRange(max = 100) int percent) {
        World world = new World(seed, size, percent);
        for (int i = 0; i < 300; i++) {
            world.step();
            world.holds(percent);
        }
    }

    /** From wherever a history has led: time and one success each bring everybody back, whatever tickets were lost. */
    @Property(tries = 500)
    void nobodyStaysOut(@ForAll long seed, @ForAll @IntRange(min = 2, max = 9) int size) {
        World world = new World(seed, size, 80);
        for (int i = 0; i < 200; i++) world.step();
        for (int turn = 0; turn <= size; turn++) {
            OptionalLong left = world.left();
            if (left.isEmpty()) break;
            world.now += Math.max(0, left.getAsLong());
            assertThat(world.outliers.tick(world.now)).isNotEmpty();
        }
        assertThat(world.left()).isEmpty();
        world.now += 10 * SECOND; // the longest that a trial which never ends keeps others out
        for (Passive who : world.pool) {
            Ticket ticket = world.outliers.begin(who, world.now);
            assertThat(ticket).isNotNull();
            if (ticket != null) world.outliers.onResult(who, ticket, Outcome.OK, 0, world.now);
            assertThat(world.outliers.state(who)).isInstanceOf(In.class);
        }
    }

    @Property
    void timesDecayToNothing(
            @ForAll @IntRange(max = 5) int times,
            @ForAll @LongRange(max = 9_999_999_999L) long clean,
            @ForAll @LongRange(min = -5_000_000_000L, max = 100_000_000_000L) long inService) {
        OutlierTerms terms = new OutlierTerms(true, 3, 10 * SECOND, 45 * SECOND, 50, 3, 20, 1.2, 2, 20 * SECOND);
        Past after = new Past(times, clean).forgiven(inService, terms);
        long forgiven = (clean + Math.max(0, inService)) / (10 * SECOND);
        assertThat(after.timesEjected()).isEqualTo((int) Math.max(0, times - forgiven));
        assertThat(after.cleanNanos()).isBetween(0L, 10 * SECOND - 1);
        // in two goes as in one
        if (inService > 0)
            assertThat(new Past(times, clean).forgiven(inService / 2, terms).forgiven(inService - inService / 2, terms))
                    .isEqualTo(after);
    }
}
