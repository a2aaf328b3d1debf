package dev.rondo.bench.micro;

import dev.rondo.balancer.http.BadMessage;
import dev.rondo.balancer.http.ChunkedDecoder;
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

/** Finding the data in 64 KiB of it that came in chunks. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ChunkedBenchmark {
    private static final int BODY = 64 * 1024;

    /** Bytes of each chunk. */
    @Param({"16", "1024", "16384"})
    public int chunk = 1024;

    private final ChunkedDecoder decoder = new ChunkedDecoder(32 * 1024);
    private ByteBuffer body = ByteBuffer.allocate(0);

    /** Encodes the body. */
    @Setup(Level.Trial)
    public void fill() {
        byte[] data = "x".repeat(chunk).getBytes(StandardCharsets.ISO_8859_1);
        byte[] size = (Integer.toHexString(chunk) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        int chunks = BODY / chunk;
        body = ByteBuffer.allocateDirect(chunks * (size.length + chunk + 2) + 5);
        for (int i = 0; i < chunks; i++) {
            body.put(size).put(data).put((byte) '\r').put((byte) '\n');
        }
        body.put("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1)).flip();
    }

    /** One body from its first chunk to its last. */
    @Benchmark
    public int decode() throws BadMessage {
        decoder.clear();
        body.rewind();
        int data = 0;
        while (!decoder.isDone()) {
            int run = decoder.next(body);
            data += run;
            body.position(body.position() + run);
        }
        if (data != BODY) throw new IllegalStateException(data + " bytes instead of " + BODY);
        return data;
    }
}
