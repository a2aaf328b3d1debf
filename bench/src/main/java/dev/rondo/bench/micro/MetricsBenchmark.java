package dev.rondo.bench.micro;

import dev.rondo.balancer.telemetry.Attempt;
import dev.rondo.balancer.telemetry.BackendLabels;
import dev.rondo.balancer.telemetry.Exchange;
import dev.rondo.balancer.telemetry.Reason;
import dev.rondo.balancer.telemetry.Recorder;
import dev.rondo.balancer.telemetry.Telemetry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a loop counts for one request. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MetricsBenchmark {
    private final BackendLabels backend = new BackendLabels("default", "server-1", 0);
    private final Recorder recorder = new Telemetry(1, null).recorder(0);
    private final Exchange exchange = new Exchange(
            1_795_403_412_007L,
            "127.0.0.1",
            "GET",
            "/",
            "HTTP/1.1",
            "127.0.0.1:8080",
            null,
            "wrk",
            "0123456789abcdef0123456789abcdef",
            null,
            "default",
            List.of(new Attempt(backend, "127.0.0.1:5000", true, Reason.OK, 200, 8_000, 61_000)),
            200,
            0,
            3,
            83_000,
            Reason.OK);

    /** One request on a kept connection, from the pick to the record of its end. */
    @Benchmark
    public void count() {
        recorder.picked(backend);
        recorder.connectionUsed(backend, true);
        recorder.record(exchange);
    }
}
