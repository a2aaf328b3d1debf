package dev.rondo.balancer.telemetry;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes batches of lines to a destination that may fail: what cannot be written is counted and forgotten, the next batch tries
 * again. One thread writes; {@link #reopen} and {@link #dropped} may be called from any.
 */
final class BatchWriter {
    private static final Logger LOG = System.getLogger(AccessLog.class.getName());

    /** How long to wait for a full pipe that was handed to us in non-blocking mode, where a write returns at once. */
    private static final Duration FULL_PIPE = Duration.ofMillis(10);

    private final Destination destination;
    private WritableByteChannel channel;
    private boolean failing;
    /** The file ends within a line, which the next one must not be taken for a part of. */
    private boolean torn;

    private long droppedBefore;
    private final Counters dropped = new Counters(1);
    private volatile boolean reopen;

    /** @throws IOException where the destination cannot be opened, with the key and the remedy */
    BatchWriter(Destination destination) throws IOException {
        this.destination = destination;
        try {
            this.channel = destination.open();
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    "access-log.path: cannot append to " + destination.name() + " (" + cause(e)
                            + "); name a file in a directory that exists and can be written, or - for standard output",
                    e);
        }
    }

    void reopen() {
        reopen = true;
    }

    long dropped() {
        return dropped.get(0);
    }

    /** Writes whole lines; never throws. */
    void write(ByteBuffer lines) {
        try {
            if (reopen || failing) {
                reopen = false;
                openAgain();
            }
            if (torn) {
                writeFully(ByteBuffer.wrap(new byte[] {'\n'}));
                torn = false;
            }
            writeFully(lines);
            recovered();
        } catch (IOException e) {
            torn |= lines.position() > 0 && lines.get(lines.position() - 1) != '\n';
            failed(e);
            dropped.add(0, linesLeft(lines));
        }
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "access log: closing " + destination.name() + " failed (" + cause(e) + ")");
        }
    }

    private void openAgain() throws IOException {
        WritableByteChannel next = destination.open(); // first: where this fails, the old one is still there
        WritableByteChannel old = channel;
        channel = next;
        torn &= failing; // another file after a rotation does not begin within a line
        old.close();
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                LockSupport.parkNanos(this, FULL_PIPE.toNanos());
            }
        }
    }

    private void failed(IOException e) {
        if (!failing) {
            failing = true;
            droppedBefore = dropped.get(0);
            LOG.log(
                    Level.WARNING,
                    "access log: cannot write to " + destination.name() + " (" + cause(e)
                            + "); lines are dropped and counted in rondo_access_log_dropped_total until it can be written");
        }
    }

    private void recovered() {
        if (failing) {
            failing = false;
            LOG.log(
                    Level.INFO,
                    "access log: writing to " + destination.name() + " again, " + (dropped.get(0) - droppedBefore)
                            + " lines were lost");
        }
    }

    private static long linesLeft(ByteBuffer lines) {
        long count = 0;
        for (int i = lines.position(); i < lines.limit(); i++) {
            if (lines.get(i) == '\n') {
                count++;
            }
        }
        return count;
    }

    private static String cause(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : e.getClass().getSimpleName() + ": " + message;
    }
}
