package dev.rondo.bench.micro;

import dev.rondo.balancer.cluster.Backend;
import dev.rondo.balancer.cluster.Lease;
import dev.rondo.balancer.cluster.Pool;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** A place at the next backend of a pool, taken and given back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PickBenchmark {
    /** Backends in the pool. */
    @Param({"2", "1000"})
    public int backends = 2;

    private @Nullable Pool pool;

    /** Builds the pool. */
    @Setup(Level.Trial)
    public void build() throws IOException {
        StringBuilder yaml = new StringBuilder("backends:\n");
        for (int i = 0; i < backends; i++) yaml.append("  - \"http://127.0.0.1:" + (20_000 + i) + "\"\n");
        pool = Clusters.of(Clusters.configuration(yaml.toString())).pool("default");
    }

    private Backend pick() {
        Pool built = pool;
        if (built == null) throw new IllegalStateException("not set up");
        Lease lease = built.acquire(0, 0, ThreadLocalRandom.current(), List.of());
        if (lease == null) throw new IllegalStateException("nobody has room");
        built.release(lease);
        return lease.backend();
    }

    /** With one loop. */
    @Benchmark
    @Threads(1)
    public Backend alone() {
        return pick();
    }

    /** With two loops that share the rotation. */
    @Benchmark
    @Threads(2)
    public Backend together() {
        return pick();
    }
}
