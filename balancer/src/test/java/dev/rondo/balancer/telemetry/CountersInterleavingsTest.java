package dev.rondo.balancer.telemetry;

import dev.rondo.balancer.testkit.Interleavings;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.junit.jupiter.api.Test;

class CountersInterleavingsTest {
    /** A lane's counter: one thread adds, any reads. */
    public static class Count {
        private final Counters counters = new Counters(1);

        @Operation(nonParallelGroup = "the lane")
        public void add() {
            counters.add(0, 1);
        }

        @Operation
        public long read() {
            return counters.get(0);
        }
    }

    @Test
    void whatIsReadWasCountedAndNeverGoesBack() throws Exception {
        Interleavings.explore(Count.class);
        Interleavings.race(Count.class);
    }
}
