package dev.rondo.balancer.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.balancer.config.AccessLogConfig;
import dev.rondo.balancer.config.AccessLogConfig.Format;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
    private static final LineFormat COMMON = new CommonLine(false);

    private final Path directory;

    AccessLogTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private static AccessLog open(String path, int lanes) throws IOException {
        return Objects.requireNonNull(AccessLog.open(new AccessLogConfig(Format.COMMON, path), lanes));
    }

    /** Hands each write to the test, and does what the test makes of it first. */
    private static final class Tap implements Destination, WritableByteChannel {
        private final BlockingQueue<String> writes = new LinkedBlockingQueue<>();
        private final CountDownLatch gate = new CountDownLatch(1);
        private final CountDownLatch entered = new CountDownLatch(1);
        private final boolean blocked;

        Tap(boolean blocked) {
            this.blocked = blocked;
        }

        @Override
        public String name() {
            return "tap";
        }

        @Override
        public WritableByteChannel open() {
            return this;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            entered.countDown();
            if (blocked) {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            int length = bytes.remaining();
            writes.add(StandardCharsets.US_ASCII.decode(bytes).toString());
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void writesWhatWasQueuedBeforeItCloses() throws IOException {
        Path file = directory.resolve("access");
        AccessLog log = open(file.toString(), 2);
        Telemetry telemetry = new Telemetry(2, log);
        for (int i = 0; i < 3_000; i++) {
            telemetry.recorder(i % 2).record(Exchanges.withTarget("/" + i));
        }
        log.close();
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(3_000);
        assertThat(lines).allMatch(line -> line.endsWith("\" 200 9"));
        assertThat(lines.stream().filter(line -> line.contains("/1 HTTP"))).hasSize(1);
        assertThat(log.dropped()).isZero();
    }

    @Test
    void appendsToWhatIsThere() throws IOException {
        Path file = Files.writeString(directory.resolve("access"), "before\n");
        AccessLog log = open(file.toString(), 1);
        log.queue(0).offer(Exchanges.withTarget("/"));
        log.close();
        assertThat(Files.readAllLines(file)).hasSize(2).startsWith("before");
    }

    @Test
    void aLoneLineIsWrittenWithoutAnotherEvent() throws Exception {
        Tap tap = new Tap(false);
        try (AccessLog log = new AccessLog(COMMON, new BatchWriter(tap), 1, 64, 1 << 20)) {
            log.queue(0).offer(Exchanges.withTarget("/lone"));
            assertThat(tap.writes.poll(10, TimeUnit.SECONDS)).contains("/lone");
        }
    }

    @Test
    void writesInBatchesOfWholeLines() throws Exception {
        Tap tap = new Tap(true);
        AccessLog log = new AccessLog(COMMON, new BatchWriter(tap), 1, 4096, 1 << 24);
        log.queue(0).offer(Exchanges.withTarget("/first"));
        tap.entered.await();
        for (int i = 0; i < 4_000; i++) {
            log.queue(0).offer(Exchanges.withTarget("/" + i));
        }
        tap.gate.countDown();
        log.close();
        assertThat(tap.writes).hasSizeBetween(4, 8).allMatch(batch -> batch.endsWith("\n"));
        assertThat(String.join("", tap.writes).lines()).hasSize(4_001);
    }

    @Test
    void aBlockedPipeCostsLinesAndNothingElse() throws Exception {
        Tap tap = new Tap(true);
        AccessLog log = new AccessLog(COMMON, new BatchWriter(tap), 1, 64, 1 << 20);
        Telemetry telemetry = new Telemetry(1, log);
        telemetry.recorder(0).record(Exchanges.withTarget("/first"));
        tap.entered.await(); // the writer hangs in its first write; the queue is empty
        for (int i = 0; i < 1_000; i++) {
            telemetry.recorder(0).record(Exchanges.withTarget("/" + i));
        }
        assertThat(log.dropped()).isEqualTo(1_000 - 64);
        assertThat(telemetry
                        .registry()
                        .scrape("rondo_access_log_dropped"::equals)
                        .get(0))
                .isInstanceOfSatisfying(CounterSnapshot.class, counter -> assertThat(
                                counter.getDataPoints().getFirst().getValue())
                        .isEqualTo(1_000 - 64));
        log.close(); // gives up
        assertThat(tap.writes).isEmpty();
        tap.gate.countDown();
    }

    static boolean hasFullDevice() {
        return Files.isWritable(Path.of("/dev/full"));
    }

    @Test
    @EnabledIf("hasFullDevice")
    void aFullDiskCostsLinesAndNothingElse() throws IOException {
        AccessLog log = open("/dev/full", 1);
        for (int i = 0; i < 100; i++) {
            log.queue(0).offer(Exchanges.withTarget("/"));
        }
        log.close();
        assertThat(log.dropped()).isEqualTo(100);
    }

    @Test
    void opensTheFileAgainByItsName() throws IOException {
        Path file = directory.resolve("access");
        Path rotated = directory.resolve("access.1");
        AccessLog log = open(file.toString(), 1);
        Files.move(file, rotated);
        log.reopen();
        log.queue(0).offer(Exchanges.withTarget("/after"));
        log.close();
        assertThat(rotated).isEmptyFile();
        assertThat(Files.readString(file)).contains("/after");
    }

    @Test
    void aFileThatCannotBeOpenedIsAnErrorWithItsRemedy() {
        String missing = directory.resolve("missing/access").toString();
        assertThatThrownBy(() -> open(missing, 1))
                .isInstanceOf(IOException.class)
                .hasMessage("access-log.path: cannot append to " + missing + " (NoSuchFileException: " + missing
                        + "); name a file in a directory that exists and can be written, or - for standard output");
        assertThatThrownBy(() -> open(directory.toString(), 1)).hasMessageContaining("it is a directory");
        assertThatThrownBy(() -> open("a\0b", 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("access-log.path");
    }

    @Test
    void offIsNoLog() throws IOException {
        @Nullable AccessLog none = AccessLog.open(new AccessLogConfig(Format.OFF, "/nowhere/at/all"), 1);
        assertThat(none).isNull();
    }
}
