package dev.rondo.balancer.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExchangeEventTest {
    private final Recorder recorder = new Telemetry(1, null).recorder(0);

    @Test
    void aRecordingHasTheExchangesThatEndedWhileItRan(@TempDir Path directory) throws IOException {
        recorder.record(Exchanges.withTarget("/before"));
        Path file = directory.resolve("rondo.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            recorder.record(Exchanges.exchange(
                    "POST",
                    "/orders?id=1",
                    "api",
                    List.of(
                            Exchanges.attempt(Exchanges.ONE, Reason.CONNECT_REFUSED, 0, 1_000),
                            Exchanges.attempt(Exchanges.TWO, Reason.OK, 201, 2_000)),
                    201,
                    5_000,
                    Reason.OK));
            recorder.record(Exchanges.refused(null, Reason.NO_ROUTE, 404));
            recording.stop();
            recording.dump(file);
        }
        recorder.record(Exchanges.withTarget("/after"));

        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("dev.rondo.Exchange"))
                .toList();
        assertThat(events).hasSize(2);
        RecordedEvent relayed = events.getFirst();
        assertThat(relayed.getString("method")).isEqualTo("POST");
        assertThat(relayed.getString("target")).isEqualTo("/orders?id=1");
        assertThat(relayed.getString("pool")).isEqualTo("api");
        assertThat(relayed.getString("backend")).isEqualTo("server-2");
        assertThat(relayed.getInt("attempts")).isEqualTo(2);
        assertThat(relayed.getInt("status")).isEqualTo(201);
        assertThat(relayed.getString("reason")).isEqualTo("ok");
        assertThat(relayed.getString("requestId")).isEqualTo("0af7651916cd43dd");
        assertThat(relayed.getLong("bytesIn")).isEqualTo(3);
        assertThat(relayed.getLong("bytesOut")).isEqualTo(9);
        assertThat(relayed.getDuration("whole")).isEqualTo(Duration.ofNanos(5_000));
        assertThat(relayed.getDuration("upstream")).isEqualTo(Duration.ofNanos(2_000));

        RecordedEvent refused = events.getLast();
        assertThat(refused.getInt("attempts")).isZero();
        assertThat(refused.getString("backend")).isNull();
        assertThat(refused.getString("reason")).isEqualTo("no-route");
        assertThat(refused.getInt("status")).isEqualTo(404);
    }
}
