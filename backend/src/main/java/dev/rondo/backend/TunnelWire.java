package dev.rondo.backend;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of an upgraded connection, counted. Only the connection's own thread reads; writers take turns by themselves. Every
 * method throws what Helidon throws when the connection ends: {@link DataReader.InsufficientDataAvailableException} on an
 * orderly end.
 */
final class TunnelWire {
    private final DataReader reader;
    private final DataWriter writer;
    private final AtomicLong in = new AtomicLong();
    private final AtomicLong out = new AtomicLong();

    TunnelWire(DataReader reader, DataWriter writer) {
        this.reader = reader;
        this.writer = writer;
    }

    byte read() {
        byte value = reader.read();
        in.incrementAndGet();
        return value;
    }

    byte[] read(int length) {
        if (length == 0) {
            return new byte[0]; // DataReader would wait for a byte that it does not read
        }
        byte[] bytes = reader.readBytes(length);
        in.addAndGet(length);
        return bytes;
    }

    /** At least one byte, as many as have arrived. */
    byte[] readSome() {
        reader.ensureAvailable();
        return read(reader.available());
    }

    void write(byte[] bytes) {
        writer.writeNow(BufferData.create(bytes));
        out.addAndGet(bytes.length);
    }

    long bytesIn() {
        return in.get();
    }

    long bytesOut() {
        return out.get();
    }
}
