package dev.rondo.balancer.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.testkit.RefusingPort;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the program prints, and what it exits with. */
class MainTest {
    private final Path directory;
    private final Path file;

    MainTest(@TempDir Path directory) throws Exception {
        this.directory = directory;
        this.file = directory.resolve("rondo.yaml");
        write("""
                server: {host: 127.0.0.1, port: %d}
                admin: {host: 127.0.0.1, port: %d}
                access-log: off
                drain: {delay: 0s}
                backends:
                  - {id: a, url: "http://127.0.0.1:5000"}
                """.formatted(Program.freePort(), Program.freePort()));
    }

    private void write(String text) throws Exception {
        Files.writeString(file, text);
    }

    /** The command line in this process: for what neither serves nor ends it. */
    private static Program.Ended inProcess(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line =
                RondoCommand.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new Program.Ended(line.execute(arguments), out.toString(), err.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "check", "print", "health", "prove", "version"})
    void everyCommandHasHelp(String command) {
        Program.Ended ended = inProcess(command, "--help");
        assertThat(ended.status()).isZero();
        assertThat(ended.out()).startsWith("Usage: rondo " + command);
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void helpListsTheCommandsAndTheStatuses() {
        Program.Ended ended = inProcess("--help");
        assertThat(ended.status()).isZero();
        assertThat(ended.out())
                .contains("run", "check", "print", "health", "prove", "version", "Exit status:", "  2   ");
    }

    @Test
    void versionTellsTheCommitAndTheJava() {
        Program.Ended ended = inProcess("version");
        assertThat(ended.status()).isZero();
        assertThat(ended.out()).matches("rondo \\S+ \\((unknown|[0-9a-f]{40}(-dirty)?)\\), Java 25\\S*\\R");
        assertThat(inProcess("--version").out()).isEqualTo(ended.out());
    }

    @Test
    void noCommandIsWrong() {
        Program.Ended ended = inProcess();
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).contains("say what to do: run, check, print, health, prove or version");
    }

    @Test
    void anUnknownOptionIsWrong() {
        Program.Ended ended = inProcess("run", "--prot=80");
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).startsWith("Unknown option: '--prot=80'");
    }

    @Test
    void checkCountsWhatIsThere() {
        assertThat(inProcess("check", file.toString()))
                .isEqualTo(new Program.Ended(0, file + " is good: 1 pools, 1 backends, 1 routes\n", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "check", "print"})
    void aBrokenFileShowsAllItsProblemsWithTheirPlaces(String command) throws Exception {
        write("""
                stratgy: round-robin
                server: {port: 65536}
                backends:
                  - {id: a, url: "htp://x"}
                """);
        Program.Ended ended = inProcess(command, file.toString());
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err().lines())
                .hasSize(3)
                .anyMatch(line -> line.contains("rondo.yaml:1:1") && line.contains("did you mean \"strategy\""))
                .anyMatch(line -> line.contains("rondo.yaml:2:16") && line.contains("65536"))
                .anyMatch(line -> line.contains("rondo.yaml:4:18") && line.contains("htp://x"));
    }

    @Test
    void aFileThatIsNotThereIsWrong() {
        Program.Ended ended = inProcess("run", directory.resolve("none.yaml").toString());
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err().lines()).singleElement().asString().contains("none.yaml");
    }

    @Test
    void whatPrintPrintsCanBeRead() throws Exception {
        Program.Ended printed = inProcess("print", file.toString());
        assertThat(printed.status()).isZero();
        assertThat(printed.out()).contains("server:", "admin:", "http://127.0.0.1:5000");
        Path again = Files.writeString(directory.resolve("printed.yaml"), printed.out());
        Program.Ended checked = inProcess("check", again.toString());
        assertThat(checked.err()).isEmpty();
        assertThat(checked.status()).isZero();
    }

    @Test
    void healthFailsWhereNobodyAnswers() throws Exception {
        try (RefusingPort nobody = new RefusingPort()) {
            String url = "http://127.0.0.1:" + nobody.port() + "/health/ready";
            Program.Ended ended = inProcess("health", "--url", url);
            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.out()).isEmpty();
            assertThat(ended.err().lines()).singleElement().asString().startsWith("no answer from " + url + ": ");
        }
    }

    @Test
    void healthOfWhatIsNoHttpUrlFails() {
        Program.Ended ended = inProcess("health", "--url", "file:/etc/hostname");
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err().lines()).hasSize(1);
    }

    @Test
    void aPortInUseIsOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            Program.Ended ended = Program.startAndEnd(List.of("-Drondo.server.port=" + port), "run", file.toString());
            assertThat(ended)
                    .isEqualTo(
                            new Program.Ended(
                                    1,
                                    "",
                                    "rondo: server: cannot listen on 127.0.0.1:" + port
                                            + " (Address already in use); set server.port or server.host to one that is free\n"));
        }
    }

    @Test
    void anAdminPortInUseIsOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            Program.Ended ended = Program.startAndEnd(List.of("-Drondo.admin.port=" + port), "run", file.toString());
            assertThat(ended)
                    .isEqualTo(new Program.Ended(
                            1,
                            "",
                            "rondo: admin: cannot listen on 127.0.0.1:" + port
                                    + " (Address already in use); set admin.port or admin.host to one that is free\n"));
        }
    }

    @Test
    void anAccessLogThatCannotBeOpenedIsOneLine() throws Exception {
        Path log = directory.resolve("no/such/directory/access.log");
        Files.writeString(file, Files.readString(file).replace("access-log: off", "access-log: {path: " + log + "}"));
        Program.Ended ended = Program.startAndEnd(List.of(), "run", file.toString());
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err().lines())
                .singleElement()
                .asString()
                .startsWith("rondo: ")
                .contains("access-log.path", log.toString());
    }

    @Test
    void moreConnectionsThanDescriptorsIsOneLine() throws Exception {
        try (Program program = Program.start(
                Program.limitedTo(256), List.of("-Drondo.server.max-tcp-connections=100"), "run", file.toString())) {
            assertThat(program.ended())
                    .isEqualTo(new Program.Ended(
                            1,
                            "",
                            "rondo: server.max-tcp-connections: 100 connections need 392 file descriptors and the process may"
                                    + " open 256; raise the limit (ulimit -n) or set at most 32\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"event-loops", "virtual-threads"})
    void theEngineIsSaidOnceAtStart(String engine) throws Exception {
        try (Program program = Program.start(List.of(), List.of("-Drondo.engine=" + engine), "run", file.toString())) {
            program.awaitLine("engine " + engine);
            program.signal("TERM");
            Program.Ended ended = program.ended();
            assertThat(ended.status()).isZero();
            assertThat(ended.err().lines().filter(line -> line.contains("engine ")))
                    .hasSize(1);
        }
    }

    @Test
    void healthAsksTheRunningProgram() throws Exception {
        int admin = Program.freePort();
        try (Program program =
                Program.start(List.of(), List.of("-Drondo.admin.port=" + admin), "run", file.toString())) {
            program.awaitLine("serving on");
            assertThat(inProcess("health", "--url", "http://127.0.0.1:" + admin + "/health/ready"))
                    .isEqualTo(new Program.Ended(0, "ready\n", ""));
            program.signal("INT");
            assertThat(program.ended().status()).isZero();
        }
    }
}
