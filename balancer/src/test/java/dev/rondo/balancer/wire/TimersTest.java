package dev.rondo.balancer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The wheel under a clock that only moves when told. */
class TimersTest {
    private static final long MILLI = 1_000_000;
    private static final long TICK = 10 * MILLI;
    /** Clocks may begin anywhere, below zero too. */
    private static final long START = -7 * MILLI;

    private final List<String> expired = new ArrayList<>();

    private final class Probe extends Timers.Timer {
        private final String name;
        private long deadline;
        private long expiredAt = Timers.NEVER;

        Probe(String name, long deadline) {
            this.name = name;
            this.deadline = deadline;
        }

        @Override
        long deadline() {
            return deadline;
        }

        @Override
        void expire(long now) {
            assertThat(now).as(name + " is early").isGreaterThanOrEqualTo(deadline);
            deadline = Timers.NEVER;
            expiredAt = now;
            expired.add(name);
        }
    }

    private static long at(long millis) {
        return START + millis * MILLI;
    }

    private Probe scheduled(Timers timers, String name, long millis) {
        Probe probe = new Probe(name, at(millis));
        timers.schedule(probe, probe.deadline);
        return probe;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 9, 10, 11, 10_239, 10_240, 10_241, 20_480, 3_600_000})
    void isNeverEarlyAndAtMostOneTickLate(long millis) {
        Timers timers = new Timers(START);
        Probe probe = scheduled(timers, "a", millis);
        for (long now = START; probe.expiredAt == Timers.NEVER; now += MILLI) {
            assertThat(now).as("late").isLessThan(at(millis) + TICK + MILLI);
            timers.advance(now);
        }
        assertThat(expired).containsExactly("a");
    }

    @Test
    void sleepsAsLongAsNothingIsDue() {
        Timers timers = new Timers(START);
        assertThat(timers.millisToNext(START)).isZero();
        scheduled(timers, "a", 500);
        assertThat(timers.millisToNext(START)).isBetween(500L, 511L);
        timers.advance(at(499));
        assertThat(timers.millisToNext(at(499))).isBetween(1L, 12L);
        timers.advance(at(511));
        assertThat(expired).containsExactly("a");
        assertThat(timers.millisToNext(at(511))).isZero();
    }

    @Test
    void aCancelledTimerDoesNotExpire() {
        Timers timers = new Timers(START);
        Probe first = scheduled(timers, "first", 50);
        scheduled(timers, "second", 50);
        Probe third = scheduled(timers, "third", 50);
        timers.cancel(first);
        timers.cancel(third);
        timers.cancel(third);
        timers.advance(at(1000));
        assertThat(expired).containsExactly("second");
        timers.schedule(first, first.deadline);
        timers.advance(at(1020));
        assertThat(expired).containsExactly("second", "first");
    }

    @Test
    void aDeadlineMayMoveBothWays() {
        Timers timers = new Timers(START);
        Probe probe = scheduled(timers, "a", 100);
        probe.deadline = at(300); // later: nobody needs to be told
        timers.advance(at(200));
        assertThat(expired).isEmpty();
        probe.deadline = at(250); // earlier: the wheel is
        timers.schedule(probe, probe.deadline);
        timers.advance(at(260));
        assertThat(expired).containsExactly("a");
    }

    @Test
    void whatExpiresMayCancelAndScheduleOthers() {
        Timers timers = new Timers(START);
        Probe victim = new Probe("victim", at(50));
        Probe follower = new Probe("follower", at(90));
        Timers.Timer killer = new Timers.Timer() {
            @Override
            long deadline() {
                return at(50);
            }

            @Override
            void expire(long now) {
                timers.cancel(victim);
                timers.schedule(follower, follower.deadline);
            }
        };
        timers.schedule(victim, victim.deadline);
        timers.schedule(killer, at(50));
        timers.advance(at(60));
        assertThat(expired).isEmpty();
        timers.advance(at(100));
        assertThat(expired).containsExactly("follower");
    }

    /** A machine that was asleep: the clock jumps over more than the wheel has slots. */
    @Test
    void aJumpOfTheClockLosesNothing() {
        Timers timers = new Timers(START);
        Probe far = scheduled(timers, "far", 50_500);
        scheduled(timers, "due", 20_000);
        timers.advance(at(50_000));
        assertThat(expired).containsExactly("due");
        timers.advance(at(50_510));
        assertThat(expired).containsExactly("due", "far");
        assertThat(far.expiredAt).isEqualTo(at(50_510));
    }

    /** Thousands of timers, set, moved and cancelled at random, against a list that is searched. */
    @Property(tries = 60)
    void agreesWithASortedList(@ForAll long seed) {
        Random random = new Random(seed);
        Timers timers = new Timers(START);
        List<Probe> all = new ArrayList<>();
        List<Probe> pending = new ArrayList<>();
        long now = START;
        for (int step = 0; step < 600; step++) {
            for (int i = random.nextInt(5); i > 0; i--) {
                Probe probe = new Probe("t" + all.size(), now + random.nextLong(spread(random)));
                timers.schedule(probe, probe.deadline);
                all.add(probe);
                pending.add(probe);
            }
            if (!pending.isEmpty()) {
                Probe moved = pending.get(random.nextInt(pending.size()));
                moved.deadline = now + random.nextLong(spread(random));
                timers.schedule(moved, moved.deadline);
                if (random.nextInt(4) == 0) {
                    timers.cancel(moved);
                    pending.remove(moved);
                }
            }
            now += random.nextLong(random.nextInt(40) == 0 ? 40_000 * MILLI : 30 * MILLI);
            timers.advance(now);
            long overdue = now - TICK;
            for (Probe probe : pending) {
                assertThat(probe.deadline)
                        .as("step %d, %s is late", step, probe.name)
                        .isGreaterThan(overdue);
            }
            pending.removeIf(probe -> probe.deadline == Timers.NEVER);
        }
    }

    private static long spread(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> 50 * MILLI;
            case 1 -> 12_000 * MILLI;
            default -> 300_000 * MILLI;
        };
    }
}
