package dev.rondo.balancer.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rondo.balancer.testkit.Threads;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EwmaTest {
    private static final long DECAY = 10_000_000_000L;
    private static final long MILLIS = 1_000_000;

    @Test
    void aRiseCountsAtOnceAndAFallSlowly() {
        Ewma ewma = new Ewma(DECAY);
        assertThat(ewma.nanos(5)).isZero();
        ewma.add(20 * MILLIS, 5);
        assertThat(ewma.nanos(5)).isEqualTo(20 * MILLIS);
        ewma.add(80 * MILLIS, 5);
        assertThat(ewma.nanos(5)).isEqualTo(80 * MILLIS);
        ewma.add(20 * MILLIS, 5);
        assertThat(ewma.nanos(5)).isEqualTo(80 * MILLIS);
        ewma.add(20 * MILLIS, 5 + DECAY);
        assertThat((double) ewma.nanos(5 + DECAY)).isCloseTo((20 + 60 / Math.E) * MILLIS, within(2.0));
    }

    /** However many samples of one value come in a time, as much is left of what was before. */
    @Property(tries = 300)
    void itDecaysByTimeAndNotByCalls(
            @ForAll @LongRange(min = Long.MIN_VALUE, max = Long.MAX_VALUE) long start,
            @ForAll @Size(max = 50) List<@IntRange(max = 1_000_000_000) Integer> pauses) {
        Ewma often = new Ewma(DECAY);
        Ewma once = new Ewma(DECAY);
        often.add(900 * MILLIS, start);
        once.add(900 * MILLIS, start);
        long now = start;
        for (int pause : pauses) {
            now += pause;
            often.add(10 * MILLIS, now);
            assertThat(often.nanos(now)).isGreaterThanOrEqualTo(10 * MILLIS - 1);
        }
        once.add(10 * MILLIS, now);
        assertThat((double) often.nanos(now)).isCloseTo((double) once.nanos(now), within(100.0));
    }

    @Test
    void readingChangesNothingAndOneThatIsNotAskedIsForgotten() {
        Ewma ewma = new Ewma(DECAY);
        ewma.add(100 * MILLIS, 0);
        for (int i = 0; i < 1_000; i++) assertThat(ewma.nanos(DECAY)).isEqualTo((long) (100 * MILLIS / Math.E));
        assertThat(ewma.nanos(0)).isEqualTo(100 * MILLIS);
        assertThat(ewma.nanos(40 * DECAY)).isZero();
        ewma.add(MILLIS, 40 * DECAY);
        assertThat(ewma.nanos(40 * DECAY)).isEqualTo(MILLIS);
    }

    /** Another thread was faster: time does not go back, and what has decayed does not come back. */
    @Test
    void anOlderSampleCountsAsOfNow() {
        Ewma ewma = new Ewma(DECAY);
        ewma.add(10 * MILLIS, DECAY);
        ewma.add(30 * MILLIS, 0);
        assertThat(ewma.nanos(DECAY)).isEqualTo(30 * MILLIS);
        ewma.add(MILLIS, 0);
        assertThat(ewma.nanos(DECAY)).isEqualTo(30 * MILLIS);
    }

    @Test
    void noPeakOfManyThreadsIsLost() throws InterruptedException, ExecutionException {
        Ewma ewma = new Ewma(DECAY);
        AtomicLong samples = new AtomicLong();
        Threads.run(() -> {
            for (int i = 0; i < 20_000; i++) ewma.add(samples.incrementAndGet(), 0);
            return true;
        });
        assertThat(ewma.nanos(0)).isEqualTo(Threads.COUNT * 20_000L);
    }

    @Test
    void aDecayOfNothingIsRefused() {
        assertThatThrownBy(() -> new Ewma(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a decay of 0 ns: give more than 0");
    }
}
