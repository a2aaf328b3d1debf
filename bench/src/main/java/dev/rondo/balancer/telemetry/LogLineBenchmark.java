package dev.rondo.balancer.telemetry;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One line of the access log. In the balancer's package, because the formats are nobody else's business. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LogLineBenchmark {
    private final LineBuffer line = new LineBuffer(4096);
    private final JsonLine json = new JsonLine();
    private final CommonLine combined = new CommonLine(true);
    private final BackendLabels backend = new BackendLabels("default", "server-1", 0);
    private final Exchange exchange = new Exchange(
            1_795_403_412_007L,
            "192.0.2.7",
            "GET",
            "/assets/app.4f1c9d.js?v=3",
            "HTTP/1.1",
            "www.example.com",
            "https://www.example.com/start",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "0123456789abcdef0123456789abcdef",
            null,
            "default",
            List.of(new Attempt(backend, "127.0.0.1:5000", true, Reason.OK, 200, 8_000, 61_000)),
            200,
            0,
            31_337,
            83_000,
            Reason.OK);

    /** As a JSON object. */
    @Benchmark
    public int json() {
        line.clear();
        json.append(exchange, line);
        return line.length();
    }

    /** In the combined format. */
    @Benchmark
    public int combined() {
        line.clear();
        combined.append(exchange, line);
        return line.length();
    }
}
