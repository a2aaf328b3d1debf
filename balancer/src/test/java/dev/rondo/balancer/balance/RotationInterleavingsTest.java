package dev.rondo.balancer.balance;

import static java.util.Objects.requireNonNull;

import dev.rondo.balancer.testkit.Interleavings;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.junit.jupiter.api.Test;

class RotationInterleavingsTest {
    /** Threads that pick take turns: each turn is given once, and none is left out. */
    public static class Rotation {
        private final RoundRobin<Peer> rotation = new RoundRobin<>(new AtomicLong(-2), Peer.even(3));

        @Operation
        public String pick() {
            return requireNonNull(rotation.pick(0, 0, new SplittableRandom(1), Picker.ANY))
                    .id();
        }
    }

    @Test
    void turnsAreTakenInOrder() throws Exception {
        Interleavings.explore(Rotation.class);
        Interleavings.race(Rotation.class);
    }
}
