package dev.rondo.balancer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.BothEngines;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

class AlarmTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    /** Whoever is set for later comes later, so what has not rung when the last one does never will. */
    @BothEngines
    void ringsOnceAndOnlyWhileItIsSet(EngineKind kind) throws Exception {
        List<String> rung = new CopyOnWriteArrayList<>();
        CountDownLatch last = new CountDownLatch(1);
        AtomicLong begun = new AtomicLong();
        AtomicLong ended = new AtomicLong();
        try (Engine engine = Engine.start(kind, 1, Ticker.SYSTEM)) {
            Lane lane = engine.lanes().getFirst();
            lane.start(() -> {
                Alarm once = new Alarm(lane, () -> rung.add("once"));
                Alarm cancelled = new Alarm(lane, () -> rung.add("cancelled"));
                Alarm sooner = new Alarm(lane, () -> rung.add("sooner"));
                Alarm later = new Alarm(lane, () -> rung.add("later"));
                Alarm end = new Alarm(lane, () -> {
                    ended.set(Ticker.SYSTEM.nanos());
                    last.countDown();
                });
                begun.set(lane.coarseNanos());
                once.set(20 * MILLI);
                cancelled.set(20 * MILLI);
                cancelled.cancel();
                cancelled.cancel();
                later.set(20 * MILLI);
                later.set(100 * MILLI);
                sooner.set(100_000 * MILLI);
                sooner.set(50 * MILLI);
                end.set(200 * MILLI);
            });
            assertThat(last.await(10, TimeUnit.SECONDS)).isTrue();
            // in no order: to a lane that was held up for long enough they are all due at once
            assertThat(rung).containsExactlyInAnyOrder("once", "sooner", "later");
            assertThat(ended.get() - begun.get()).isGreaterThanOrEqualTo(200 * MILLI);
        }
    }
}
