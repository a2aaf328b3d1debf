package dev.rondo.balancer.app;

import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The signals that end the program, sent to a process of its own. */
class StopTest {
    /** {@code make verify} sets 20. */
    private static final int STOPS = Integer.getInteger("test.process.stops", 3);

    private static final int DELAY_MILLIS = 300;

    private final Path directory;
    private final int port;
    private final int admin;

    StopTest(@TempDir Path directory) throws Exception {
        this.directory = directory;
        this.port = Program.freePort();
        this.admin = Program.freePort();
    }

    private Program start(int backend, String drain) throws Exception {
        Path file = Files.writeString(directory.resolve("rondo.yaml"), """
                server: {host: 127.0.0.1, port: %d}
                admin: {host: 127.0.0.1, port: %d}
                access-log: off
                drain: %s
                backends: [{id: a, url: "http://127.0.0.1:%d"}]
                """.formatted(port, admin, drain, backend));
        Program program = Program.start("run", file.toString());
        program.awaitLine("serving on");
        return program;
    }

    private int ready() throws IOException {
        return RawClient.ask(admin, "/health/ready").status();
    }

    /** The JVM leaves a signal ignored that was so at its start. */
    @Test
    void aSignalThatStaysIgnoredIsSaidToBe() throws Exception {
        Path file = Files.writeString(directory.resolve("rondo.yaml"), """
                server: {host: 127.0.0.1, port: %d}
                admin: {host: 127.0.0.1, port: %d}
                backends: ["http://127.0.0.1:1"]
                """.formatted(port, admin));
        try (Program program = Program.start(List.of("nohup"), List.of(), "run", file.toString())) {
            program.awaitLine("SIGHUP does nothing: whoever started this process had it ignored, as nohup does");
            program.awaitLine("serving on");
            program.signal("TERM");
            Program.Ended ended = program.ended();
            assertThat(ended.status()).isZero();
            assertThat(ended.err()).doesNotContain("SIGTERM does nothing", "SIGUSR1 does nothing");
        }
    }

    @Test
    void sigtermUnderLoadLosesNothing() throws Exception {
        List<String> lost = new ArrayList<>();
        try (RawBackend backend = RawBackend.echoing()) {
            for (int i = 0; i < STOPS; i++) {
                try (Program program = start(backend.port(), "{delay: " + DELAY_MILLIS + "ms, timeout: 30s}");
                        Load load = new Load(port)) {
                    load.awaitBusy();
                    load.portMayCloseIn(DELAY_MILLIS);
                    program.signal("TERM");
                    Program.Ended ended = program.ended();
                    lost.addAll(load.awaitEnd().lost());
                    assertThat(ended.status()).as(ended.err()).isZero();
                    assertThat(ended.err()).doesNotContain("\tat ", "Exception");
                }
            }
        }
        assertThat(lost).isEmpty();
    }

    @Test
    void sigtermFailsReadinessAtOnceAndTakesRequestsStill() throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Program program = start(backend.port(), "{delay: 1h, timeout: 1h}")) {
            assertThat(ready()).isEqualTo(200);
            program.signal("TERM");
            program.awaitLine("draining: not ready");
            assertThat(ready()).isEqualTo(503);
            try (RawClient client = RawClient.connect(port)) {
                client.send(get("/"));
                assertThat(client.answer().last()).isFalse();
            }
            program.signal("TERM");
            assertThat(program.ended().status()).isEqualTo(143);
        }
    }

    @Test
    void sigintDoesNotWaitForTheDelayButForWhatIsInFlight() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    peer.request();
                    asked.countDown();
                    answer.await();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
                });
                Program program = start(backend.port(), "{delay: 1h, timeout: 1h}");
                RawClient client = RawClient.connect(port)) {
            client.send(get("/"));
            asked.await();
            program.signal("INT");
            program.awaitLine("are given their last answer");
            answer.countDown();
            assertThat(client.answer().body()).isEqualTo("late");
            client.finish();
            Program.Ended ended = program.ended();
            assertThat(ended.status()).as(ended.err()).isZero();
        }
    }

    @Test
    void aSecondSignalEndsAtOnce() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    peer.request();
                    asked.countDown();
                    peer.awaitEnd();
                });
                Program program = start(backend.port(), "{delay: 1h, timeout: 1h}");
                RawClient client = RawClient.connect(port)) {
            client.send(get("/"));
            asked.await();
            program.signal("INT");
            program.awaitLine("are given their last answer");
            program.signal("INT");
            assertThat(program.ended().status()).isEqualTo(130);
            assertThat(client.rest()).isEmpty();
        }
    }
}
