package dev.rondo.bench.micro;

import dev.rondo.balancer.http.BadMessage;
import dev.rondo.balancer.http.ByteSink;
import dev.rondo.balancer.http.Forwarding;
import dev.rondo.balancer.http.HeaderRules;
import dev.rondo.balancer.http.Limits;
import dev.rondo.balancer.http.RequestHead;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reading a request's head from the buffer it was received in, and writing it on. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeadBenchmark {
    private static final String TOOL = "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
    private static final String BROWSER = """
            GET /assets/app.4f1c9d.js?v=3 HTTP/1.1\r
            Host: www.example.com\r
            User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
            Accept-Language: en-US,en;q=0.5\r
            Accept-Encoding: gzip, deflate, br, zstd\r
            Referer: https://www.example.com/start\r
            Cookie: session=6f1a2b3c4d5e6f708192a3b4c5d6e7f8; theme=dark\r
            Connection: keep-alive\r
            Sec-Fetch-Dest: script\r
            Sec-Fetch-Mode: no-cors\r
            Sec-Fetch-Site: same-origin\r
            \r
            """;

    /** Who asks: a load generator with one field, or a browser with eleven. */
    @Param({"tool", "browser"})
    public String client = "tool";

    private final RequestHead request = new RequestHead(Limits.DEFAULT);
    private final RequestHead parsed = new RequestHead(Limits.DEFAULT);
    private final Forwarding forwarding = new Forwarding("127.0.0.1", false, false, "rondo");
    private final byte[] authority = "127.0.0.1:5000".getBytes(StandardCharsets.ISO_8859_1);
    private final byte[] id = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);
    private final ByteSink sink = new ByteSink(2048);
    private ByteBuffer received = ByteBuffer.allocate(0);

    /** Fills the buffer that a loop would have read into. */
    @Setup(Level.Trial)
    public void fill() throws BadMessage {
        received = direct(client.equals("tool") ? TOOL : BROWSER);
        if (!parsed.feed(received.duplicate())) throw new IllegalStateException("the request is not whole");
        parsed.parse();
    }

    private static ByteBuffer direct(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    /** Copy, scan and parse of a request's head. */
    @Benchmark
    public RequestHead parseRequest() throws BadMessage {
        request.clear();
        if (!request.feed(received.rewind())) throw new IllegalStateException("the request is not whole");
        request.parse();
        return request;
    }

    /** What a backend gets, second lock included. */
    @Benchmark
    public int writeRequest() {
        sink.clear();
        parsed.writeTo(sink, forwarding, HeaderRules.NONE, authority, id);
        return sink.length();
    }
}
