package dev.rondo.bench.micro;

import dev.rondo.balancer.cluster.Pool;
import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.route.Router;
import java.io.IOException;
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

/** Host and path to a pool, among routes of that many other hosts. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RouteBenchmark {
    /** Hosts, each with two routes. */
    @Param({"1", "32", "1000"})
    public int hosts = 1;

    private @Nullable Router router;

    /** Builds the table. */
    @Setup(Level.Trial)
    public void build() throws IOException {
        StringBuilder yaml = new StringBuilder("pools:\n  one: {backends: [\"http://127.0.0.1:5000\"]}\nroutes:\n");
        for (int i = 0; i < hosts; i++) {
            yaml.append("  - {host: h" + i + ".example.com, pool: one}\n");
            yaml.append("  - {host: h" + i + ".example.com, path-prefix: /api/v1, pool: one}\n");
        }
        yaml.append("  - {host: \"*.example.org\", pool: one}\n");
        Configuration configuration = Clusters.configuration(yaml.toString());
        router = new Router(configuration.routes(), Clusters.of(configuration));
    }

    private @Nullable Pool route(String authority) {
        Router built = router;
        if (built == null) throw new IllegalStateException("not set up");
        return built.route(authority, "/api/v1/orders/17");
    }

    /** A host that is named. */
    @Benchmark
    public @Nullable Pool exact() {
        return route("h0.example.com:8080");
    }

    /** A host that an asterisk stands for. */
    @Benchmark
    public @Nullable Pool wildcard() {
        return route("a.b.example.org:8080");
    }

    /** A host that no route names. */
    @Benchmark
    public @Nullable Pool none() {
        return route("www.example.net:8080");
    }
}
