package dev.rondo.balancer.cluster;

import static dev.rondo.balancer.testkit.Configurations.on;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.connect.Resolver;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WaitingLineTest {
    private final Thread first = new Thread();
    private final Thread second = new Thread();
    private final Thread third = new Thread();
    private final WaitingLine line = new WaitingLine();

    /** {@code full} takes one request at a time and has it, {@code free} takes any. */
    private static Pool pool() {
        try (Resolver resolver = new Resolver(host -> List.of(InetAddress.getLoopbackAddress()), Duration.ofDays(1))) {
            Cluster cluster = new Cluster(new Cluster.Surroundings(
                    resolver, List.of(), () -> 0, new SplittableRandom(1), (pool, change) -> {}));
            cluster.apply(on(EngineKind.AUTO).backend(1, 1).backend(2, 0).build(), 1);
            return requireNonNull(cluster.pool("default"));
        }
    }

    @Test
    void aBackendIsTheFirstsWhoCanTakeIt() {
        List<Backend> backends = pool().backends();
        Backend full = backends.getFirst();
        Backend free = backends.getLast();
        assertThat(line.wants(free, null)).isFalse();
        assertThat(line.enter(first, List.of(free), 3)).isTrue();
        assertThat(line.takesAll()).isFalse();
        assertThat(line.wants(free, null)).isFalse();
        assertThat(line.wants(full, null)).isTrue();
        assertThat(line.enter(second, List.of(), 3)).isTrue();
        assertThat(line.takesAll()).isTrue();
        assertThat(line.wants(free, null)).isTrue();
        assertThat(line.wants(free, second)).isFalse();
        assertThat(line.wants(full, second)).isTrue();
        assertThat(line.wants(full, first)).isFalse();
        assertThat(line.enter(third, List.of(), 2)).isFalse();
        line.leave(first);
        assertThat(line.wants(full, second)).isFalse();
        line.leave(second);
        assertThat(line.takesAll()).isFalse();
        assertThat(line.length()).isZero();
    }

    @Test
    void whatAWaiterTakesMayChangeAndItsPlaceDoesNot() {
        List<Backend> backends = pool().backends();
        Backend full = backends.getFirst();
        Backend free = backends.getLast();
        assertThat(line.enter(first, List.of(free), 3)).isTrue();
        assertThat(line.enter(second, List.of(), 3)).isTrue();
        line.change(first, List.of());
        assertThat(line.takesAll()).isTrue();
        assertThat(line.wants(free, second)).isTrue();
        line.change(second, List.of(full));
        line.change(first, List.of(full));
        assertThat(line.takesAll()).isFalse();
        assertThat(line.wants(full, null)).isFalse();
        assertThat(line.wants(free, second)).isTrue();
        line.leave(first);
        line.change(first, List.of());
        assertThat(line.takesAll()).as("who has left wants nothing").isFalse();
        assertThat(line.length()).isOne();
    }

    /** A request that the other backend has failed waits for the full one: that holds up nobody who has been nowhere. */
    @Test
    void whoWaitsForOneBackendLeavesTheOthersToOthers() throws InterruptedException {
        Pool pool = pool();
        Backend full = pool.backends().getFirst();
        Backend free = pool.backends().getLast();
        SplittableRandom random = new SplittableRandom(1);
        Lease held = requireNonNull(pool.acquire(0, 0, random, List.of(free)));
        assertThat(held.backend()).isSameAs(full);
        Thread waiter = Thread.ofVirtual().start(() -> {
            Pool.Waited waited =
                    pool.await(0, new SplittableRandom(1), () -> List.of(free), Long.MAX_VALUE, () -> false);
            if (waited instanceof Pool.Waited.Got got) pool.release(got.lease());
        });
        while (pool.waiting() == 0) Thread.onSpinWait();
        for (int i = 0; i < 4; i++) {
            Lease other = requireNonNull(pool.acquire(0, 0, random, List.of()));
            assertThat(other.backend()).isSameAs(free);
            pool.release(other);
        }
        pool.release(held);
        waiter.join();
        assertThat(pool.inFlight()).isZero();
    }
}
