package dev.rondo.bench.micro;

import dev.rondo.balancer.http.BadMessage;
import dev.rondo.balancer.http.ByteSink;
import dev.rondo.balancer.http.HeaderRules;
import dev.rondo.balancer.http.Limits;
import dev.rondo.balancer.http.ResponseHead;
import dev.rondo.balancer.http.ResponseHead.Persistence;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reading an answer's head from the buffer it was received in, and writing it on. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AnswerHeadBenchmark {
    private static final byte[] ANSWER = """
            HTTP/1.1 200 OK\r
            Server: nginx/1.22.1\r
            Date: Mon, 23 Nov 2026 03:10:12 GMT\r
            Content-Type: text/plain\r
            Content-Length: 3\r
            Connection: keep-alive\r
            \r
            """.getBytes(StandardCharsets.ISO_8859_1);

    private final ResponseHead head = new ResponseHead(Limits.DEFAULT);
    private final ResponseHead parsed = new ResponseHead(Limits.DEFAULT);
    private final ByteBuffer received = ByteBuffer.allocateDirect(ANSWER.length);
    private final byte[] date = "Mon, 23 Nov 2026 03:10:12 GMT".getBytes(StandardCharsets.ISO_8859_1);
    private final ByteSink sink = new ByteSink(2048);

    /** Fills the buffer that a loop would have read into. */
    @Setup(Level.Trial)
    public void fill() throws BadMessage {
        received.put(ANSWER).flip();
        if (!parsed.feed(received.duplicate())) throw new IllegalStateException("the answer is not whole");
        parsed.parse();
    }

    /** Copy, scan and parse. */
    @Benchmark
    public ResponseHead parse() throws BadMessage {
        head.clear();
        if (!head.feed(received.rewind())) throw new IllegalStateException("the answer is not whole");
        head.parse();
        return head;
    }

    /** What the client gets. */
    @Benchmark
    public int write() {
        sink.clear();
        parsed.writeTo(sink, false, true, Persistence.IMPLIED, date, HeaderRules.NONE);
        return sink.length();
    }
}
