package dev.rondo.backend;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Writes one JSON line for each request, in batches and on a thread of its own: a reader that stops reading costs lines, which
 * are counted, and never holds a request.
 *
 * <p>{@link #accept} is for any thread. Only the writer thread touches the stream.
 */
final class AccessLog implements Consumer<Served> {
    private static final int CAPACITY = 16_384;
    private static final int BATCH = 512;

    private final BlockingQueue<Served> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final LongAdder dropped = new LongAdder();
    private final String server;
    private final OutputStream out;
    private final Thread writer;
    private volatile boolean closing;

    /** Starts a log of the server called {@code server} that writes to {@code out}, which stays open. */
    AccessLog(String server, OutputStream out) {
        this.server = server;
        this.out = out;
        this.writer = Thread.ofPlatform().name("access-log").daemon(true).start(this::write);
    }

    @Override
    public void accept(Served served) {
        if (!queue.offer(served)) {
            dropped.increment();
        }
    }

    /** The requests that left no line, because the queue was full or the stream failed. */
    long dropped() {
        return dropped.sum();
    }

    /** Writes what is queued, for up to {@code patience}, and ends the writer. */
    void close(Duration patience) throws InterruptedException {
        closing = true;
        writer.interrupt();
        writer.join(patience);
    }

    private void write() {
        List<Served> batch = new ArrayList<>(BATCH);
        while (true) {
            if (!closing) {
                try {
                    batch.add(queue.take());
                } catch (InterruptedException e) {
                    // close() interrupts the wait; what is queued is still written below
                }
            }
            queue.drainTo(batch, BATCH - batch.size());
            if (batch.isEmpty() && closing) {
                return;
            }
            writeBatch(batch);
            batch.clear();
        }
    }

    private void writeBatch(List<Served> batch) {
        StringBuilder lines = new StringBuilder(batch.size() * 256);
        for (Served served : batch) {
            lines.append(line(served));
        }
        try {
            out.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
            out.flush();
        } catch (IOException e) {
            dropped.add(batch.size());
        }
    }

    private String line(Served served) {
        JsonLine line = new JsonLine()
                .text("time", served.at().toString())
                .text("server", server)
                .text("client", served.client())
                .text("method", served.method())
                .text("target", served.target());
        if (served.status() != 0) {
            line.number("status", served.status());
        }
        if (served.ending() == Served.Ending.TUNNELED) {
            line.number("bytes_in", served.bytesIn());
        }
        return line.number("bytes_out", served.bytesOut())
                .millis("ms", served.nanos())
                .text("ending", served.ending().name().toLowerCase(Locale.ROOT))
                .text("request_id", served.requestId())
                .end();
    }
}
