package dev.rondo.balancer.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.cluster.Cluster;
import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.cluster.Transition;
import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.testkit.Configurations;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class ChangesTest {
    private static final int MOST_LINES = 2_000;

    /** A log that nobody reads: the first line is stuck until the test lets it go. */
    private static final class Stuck extends Handler {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        @Override
        public void publish(LogRecord record) {
            if (!record.getMessage().contains("stuck")) return;
            begun.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static Pool pool(Resolver resolver, Changes changes) {
        Cluster cluster = new Cluster(new Cluster.Surroundings(resolver, List.of(), () -> 0, new Random(0), changes));
        cluster.apply(Configurations.on(EngineKind.VIRTUAL_THREADS).backends(1).build(), 16);
        return requireNonNull(cluster.pool("default"));
    }

    @Test
    void aLogThatIsStuckHoldsNobodyUpAndTakesNoMoreMemoryThanItMay() throws Exception {
        Changes changes = new Changes();
        Stuck stuck = new Stuck();
        Logger log = Logger.getLogger(Changes.class.getName());
        log.addHandler(stuck);
        try (Resolver resolver = new Resolver(Resolver::system, Duration.ofDays(1))) {
            Pool pool = pool(resolver, changes);
            Transition change = new Transition("stuck", "up", "down", "test", 0);
            changes.changed(pool, change);
            stuck.begun.await();
            for (int i = 0; i < MOST_LINES; i++) changes.changed(pool, change);
            assertThat(changes.dropped()).isZero();
            for (int i = 0; i < 3; i++) changes.changed(pool, change);
            assertThat(changes.dropped()).isEqualTo(3);
            assertThat(changes.of("default", "stuck"))
                    .as("kept for the API all the same")
                    .hasSize(20);
        } finally {
            stuck.released.countDown();
            log.removeHandler(stuck);
        }
    }
}
