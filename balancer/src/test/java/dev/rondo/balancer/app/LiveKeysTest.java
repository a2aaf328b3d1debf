package dev.rondo.balancer.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.testkit.RawClient;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reload changes of the process itself. */
class LiveKeysTest {
    private static final String NOW = "the new configuration is in use"; // said at level info

    private final Path file;
    private final int port;
    private final int admin;

    LiveKeysTest(@TempDir Path directory) throws Exception {
        this.file = directory.resolve("rondo.yaml");
        this.port = Program.freePort();
        this.admin = Program.freePort();
    }

    private void write(String level, String reload, int serverPort, String id) throws Exception {
        Files.writeString(file, """
                server: {host: 127.0.0.1, port: %d}
                admin: {host: 127.0.0.1, port: %d}
                access-log: off
                log: {levels: {root: %s}}
                reload: %s
                backends: [{id: %s, url: "http://127.0.0.1:5000"}]
                """.formatted(serverPort, admin, level, reload, id));
    }

    private void awaitBackend(String id) throws Exception {
        while (RawClient.ask(admin, "/api/v1/pools/default/backends/" + id).status() != 200) Thread.onSpinWait();
    }

    /** The start waits for whoever reads the access log, and meanwhile the file changes. */
    @Test
    void aChangeDuringTheStart() throws Exception {
        Path log = file.resolveSibling("access.log");
        assertThat(new ProcessBuilder("mkfifo", log.toString()).start().waitFor())
                .isZero();
        String start = """
                server: {host: 127.0.0.1, port: %d}
                admin: {host: 127.0.0.1, port: %d}
                access-log: {path: "%s"}
                reload: {interval: 20ms}
                backends: [{id: one, url: "http://127.0.0.1:5000", weight: 2}]
                """.formatted(port, admin, log);
        Files.writeString(file, start);
        try (Program program = Program.start("run", file.toString())) {
            program.awaitLine("warning: "); // the weight: it has read the file
            Files.writeString(file, start.replace("weight: 2", "weight: 1"));
            try (InputStream reader = Files.newInputStream(log)) {
                program.awaitLine(NOW);
                program.signal("INT");
                assertThat(reader.readAllBytes()).isEmpty();
            }
            assertThat(program.ended().status()).isZero();
        }
    }

    @Test
    void theLevelOfTheLogAndTheWatchOfTheFileAndNoPort() throws Exception {
        write("info", "off", port, "one");
        try (Program program = Program.start("run", file.toString())) {
            program.awaitLine("serving on");
            write("warning", "{interval: 20ms}", port, "two");
            program.signal("HUP");
            awaitBackend("two");
            // the file is watched now, so that nobody has to say that it has changed
            write("info", "{interval: 20ms}", port + 1, "three");
            assertThat(program.awaitLine("server.port stays"))
                    .contains("server.port stays " + port + " until the process is started again");
            program.awaitLine(NOW);
            program.signal("INT");
            Program.Ended ended = program.ended();
            assertThat(ended.status()).isZero();
            assertThat(ended.err().split(NOW, -1))
                    .as("the first reload was below the level")
                    .hasSize(2);
        }
    }
}
