package dev.rondo.balancer.telemetry;

import dev.rondo.balancer.config.AccessLogConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes exchanges as lines, on a thread of its own. A loop leaves an exchange in its lane's queue and goes on; where the queue
 * is full because the file or the pipe does not take more, the line is dropped and counted.
 *
 * <p>The writer looks at the queues every {@link #BUSY} while there is traffic and down to every {@link #IDLE} while there is
 * none. To wake it for each line would cost the loop a system call for each request; so a loop wakes it once for each quarter of
 * a queue, which keeps a burst after a pause from overflowing.
 */
public final class AccessLog implements AutoCloseable {
    static final Duration BUSY = Duration.ofMillis(50);
    static final Duration IDLE = Duration.ofMillis(400);

    private static final int BATCH_BYTES = 64 * 1024;
    private static final int QUEUE_LINES = 4096;
    private static final long QUEUE_BYTES = 8L << 20;
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    private final LineFormat format;
    private final BatchWriter writer;
    private final List<ExchangeQueue> queues;
    private final LineBuffer batch = new LineBuffer(BATCH_BYTES + BATCH_BYTES / 4); // the writer thread's
    private final Thread thread;
    private volatile boolean closing;

    /**
     * Opens the log of {@code config} and starts its writer.
     *
     * @param lanes number of loops
     * @return null where the configuration turns the log off
     * @throws IOException where the file cannot be opened, with the key and the remedy
     */
    public static @Nullable AccessLog open(AccessLogConfig config, int lanes) throws IOException {
        LineFormat format =
                switch (config.format()) {
                    case JSON -> new JsonLine();
                    case COMMON -> new CommonLine(false);
                    case COMBINED -> new CommonLine(true);
                    case OFF -> null;
                };
        if (format == null) {
            return null;
        }
        BatchWriter writer = new BatchWriter(Destination.of(config.path()));
        return new AccessLog(format, writer, lanes, QUEUE_LINES, QUEUE_BYTES);
    }

    AccessLog(LineFormat format, BatchWriter writer, int lanes, int queueLines, long queueBytes) {
        this.format = format;
        this.writer = writer;
        this.thread = Thread.ofPlatform().name("access-log").daemon().unstarted(this::run);
        this.queues = IntStream.range(0, lanes)
                .mapToObj(lane -> new ExchangeQueue(queueLines, queueBytes, () -> LockSupport.unpark(thread)))
                .toList();
        thread.start();
    }

    /** The queue that loop {@code lane} offers to. */
    ExchangeQueue queue(int lane) {
        return queues.get(lane);
    }

    /** Lines that were lost since the start; safe from any thread. */
    public long dropped() {
        return LongStream.concat(
                        LongStream.of(writer.dropped()), queues.stream().mapToLong(ExchangeQueue::dropped))
                .sum();
    }

    /** Has the file opened again by its name before the next line: for those who rotate it. Safe from any thread. */
    public void reopen() {
        writer.reopen();
        LockSupport.unpark(thread);
    }

    /** Writes what is queued and closes the file; gives up after 2 s where a pipe is blocked. Exchanges offered later are lost. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        try {
            thread.join(CLOSE_WITHIN);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Duration pause = BUSY;
        while (!closing) {
            Duration longer = pause.multipliedBy(2);
            pause = drain() > 0 ? BUSY : longer.compareTo(IDLE) > 0 ? IDLE : longer;
            if (!closing) {
                LockSupport.parkNanos(this, pause.toNanos());
            }
        }
        drain();
        writer.close();
    }

    /** Writes what the queues hold, in batches; returns the number of lines. */
    private int drain() {
        int lines = 0;
        for (ExchangeQueue queue : queues) {
            for (Exchange exchange = queue.poll(); exchange != null; exchange = queue.poll()) {
                lines++;
                format.append(exchange, batch);
                if (batch.length() >= BATCH_BYTES) {
                    flush();
                }
            }
        }
        flush();
        return lines;
    }

    private void flush() {
        if (batch.length() > 0) {
            writer.write(batch.view());
            batch.clear();
        }
    }
}
