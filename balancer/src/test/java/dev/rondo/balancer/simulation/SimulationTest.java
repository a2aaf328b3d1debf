package dev.rondo.balancer.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.rondo.balancer.connect.Resolver;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Pools, checks and attempts in many histories. {@code -Dsimulation.histories=N} runs so many, {@code -Dsimulation.from=N} others,
 * {@code -Dsimulation.seed=N} that one alone.
 */
class SimulationTest {
    private static final int HISTORIES = 10_000;
    private static final int FAILURES_TOLD = 3;

    private static Resolver resolver() {
        return new Resolver(host -> List.of(InetAddress.getLoopbackAddress()), Duration.ofDays(1));
    }

    @Test
    void whateverHappensTheRulesHold() {
        Long only = Long.getLong("simulation.seed");
        long first = only != null ? only : Long.getLong("simulation.from", 0);
        long count = only != null ? 1 : Integer.getInteger("simulation.histories", HISTORIES);
        Queue<String> broken = new ConcurrentLinkedQueue<>();
        LongAdder requests = new LongAdder();
        try (Resolver resolver = resolver()) {
            // histories know nothing of each other: each is the same on whatever thread
            LongStream.range(first, first + count).parallel().forEach(seed -> {
                if (broken.size() >= FAILURES_TOLD) return;
                History history = new History(seed, resolver);
                try {
                    history.run();
                } catch (AssertionError e) {
                    broken.add(String.valueOf(e.getMessage()));
                }
                requests.add(history.requests());
            });
        }
        if (!broken.isEmpty()) fail(String.join("\n\n", broken));
        assertThat(requests.sum()).isGreaterThan(10 * count);
    }

    @Test
    void aSeedIsOneHistory() {
        try (Resolver resolver = resolver()) {
            for (long seed = 0; seed < 20; seed++) {
                History once = new History(seed, resolver);
                History again = new History(seed, resolver);
                once.run();
                again.run();
                assertThat(again.digest()).isEqualTo(once.digest());
            }
        }
    }
}
