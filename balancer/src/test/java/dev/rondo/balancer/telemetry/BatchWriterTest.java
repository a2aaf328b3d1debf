package dev.rondo.balancer.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchWriterTest {
    private final List<String> events = new ArrayList<>();
    private final Logger logger = Logger.getLogger(AccessLog.class.getName());
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            events.add(record.getLevel() + " " + record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void unlisten() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
    }

    /** A disk with so many bytes left. */
    private static final class Disk implements Destination, WritableByteChannel {
        private final StringBuilder content = new StringBuilder();
        private int room;
        private int opened;
        private int atOnce = Integer.MAX_VALUE;

        Disk(int room) {
            this.room = room;
        }

        @Override
        public String name() {
            return "disk";
        }

        @Override
        public WritableByteChannel open() {
            opened++;
            return this;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (room == 0) {
                throw new IOException("No space left on device");
            }
            int length = Math.min(Math.min(room, atOnce), bytes.remaining());
            byte[] part = new byte[length];
            bytes.get(part);
            content.append(new String(part, StandardCharsets.US_ASCII));
            room -= length;
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static ByteBuffer lines(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void goesOnAfterAShortWrite() throws IOException {
        Disk disk = new Disk(100);
        disk.atOnce = 3;
        BatchWriter writer = new BatchWriter(disk);
        writer.write(lines("one\ntwo\n"));
        assertThat(disk.content).hasToString("one\ntwo\n");
        assertThat(writer.dropped()).isZero();
    }

    @Test
    void countsWhatIsLostAndTellsOnceOfTheFailureAndOnceOfTheRecovery() throws IOException {
        Disk disk = new Disk(0);
        BatchWriter writer = new BatchWriter(disk);
        writer.write(lines("one\ntwo\n"));
        writer.write(lines("three\n"));
        assertThat(writer.dropped()).isEqualTo(3);
        disk.room = 100;
        writer.write(lines("four\n"));
        writer.write(lines("five\n"));
        assertThat(disk.content).hasToString("four\nfive\n");
        assertThat(writer.dropped()).isEqualTo(3);
        assertThat(events)
                .containsExactly(
                        "WARNING access log: cannot write to disk (IOException: No space left on device); lines are dropped"
                                + " and counted in rondo_access_log_dropped_total until it can be written",
                        "INFO access log: writing to disk again, 3 lines were lost");
    }

    @Test
    void aTornLineIsEndedBeforeTheNext() throws IOException {
        Disk disk = new Disk(6);
        BatchWriter writer = new BatchWriter(disk);
        writer.write(lines("one\ntwo\nthree\n"));
        assertThat(writer.dropped()).isEqualTo(2);
        writer.write(lines("four\n"));
        disk.room = 100;
        writer.write(lines("five\n"));
        assertThat(disk.content).hasToString("one\ntw\nfive\n");
        assertThat(writer.dropped()).isEqualTo(3);
    }

    @Test
    void opensTheFileAgainWhileItFails() throws IOException {
        Disk disk = new Disk(0);
        BatchWriter writer = new BatchWriter(disk);
        writer.write(lines("one\n"));
        writer.write(lines("two\n"));
        writer.write(lines("three\n"));
        assertThat(disk.opened).isEqualTo(3);
    }
}
