package dev.rondo.balancer.wire;

import dev.rondo.balancer.config.EngineKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The lanes that everything runs on. */
public final class Engine implements AutoCloseable {
    private final EngineKind kind;
    private final List<Lane> lanes;
    private final @Nullable StallWatch watch;
    private final AtomicInteger next = new AtomicInteger();

    private Engine(EngineKind kind, List<Lane> lanes, @Nullable StallWatch watch) {
        this.kind = kind;
        this.lanes = List.copyOf(lanes);
        this.watch = watch;
    }

    /**
     * Starts an engine.
     *
     * @param wanted AUTO takes event loops where the JDK allows them
     * @param loops number of lanes; 0 is one for each processor
     * @throws IOException where the operating system gives no selector
     * @throws IllegalStateException where event loops are wanted and the JDK does not allow them
     */
    public static Engine start(EngineKind wanted, int loops, Ticker ticker) throws IOException {
        EngineKind kind = wanted;
        if (kind == EngineKind.AUTO) {
            kind = EventLoop.isSupported() ? EngineKind.EVENT_LOOPS : EngineKind.VIRTUAL_THREADS;
        }
        int count = loops > 0 ? loops : Runtime.getRuntime().availableProcessors();
        List<Lane> lanes = new ArrayList<>();
        if (kind == EngineKind.VIRTUAL_THREADS) {
            for (int i = 0; i < count; i++) lanes.add(new BlockingLane(i, ticker));
            return new Engine(kind, lanes, null);
        }
        List<EventLoop> eventLoops = new ArrayList<>();
        for (int i = 0; i < count; i++) eventLoops.add(new EventLoop(i, ticker));
        lanes.addAll(eventLoops);
        return new Engine(kind, lanes, new StallWatch(eventLoops, ticker));
    }

    /** What was chosen: never AUTO. */
    public EngineKind kind() {
        return kind;
    }

    /** All lanes, by index. */
    public List<Lane> lanes() {
        return lanes;
    }

    /** The lane for the next accepted connection: one after the other. */
    public Lane nextLane() {
        return lanes.get(Integer.remainderUnsigned(next.getAndIncrement(), lanes.size()));
    }

    /** Stops all lanes for good. */
    @Override
    public void close() {
        if (watch != null) watch.close();
        lanes.forEach(Lane::close);
    }
}
