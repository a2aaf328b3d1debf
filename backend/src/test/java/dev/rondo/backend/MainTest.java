package dev.rondo.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program as a process of its own: what it prints where, and what it exits with. */
class MainTest {
    private record Ended(int status, String out, String err) {}

    @Test
    void sigtermEndsItWithZeroAfterTheAccessLog() throws Exception {
        Process process =
                start(Map.of("SERVER_NAME", "Server 7"), "--port", "0", "--host", "127.0.0.1", "--drain-delay", "0");
        try {
            int port = listening(process, "Server 7 on http://127\\.0\\.0\\.1:([0-9]+)");
            try (RawClient client = new RawClient(port)) {
                assertThat(client.exchange("GET", "/", "").body()).isEqualTo("Server 7");
            }
            process.toHandle().destroy(); // SIGTERM; Process.destroy would close the streams too

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .matches(
                            "\\{\"time\":\"[^\"]*\",\"server\":\"Server 7\",[^\n]*\"target\":\"/\",\"status\":200,[^\n]*\\}\n");
            assertThat(process.errorReader(StandardCharsets.UTF_8).readLine()).isNull();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void healthAsksThePort() throws Exception {
        try (RunningBackend running = new RunningBackend()) {
            String port = String.valueOf(running.backend.port());
            assertThat(run(Map.of(), "health", "--port", port)).isEqualTo(new Ended(0, "ready\n", ""));
            running.exchange("POST", "/admin/fault?unready", "");
            assertThat(run(Map.of("PORT", port), "health"))
                    .isEqualTo(new Ended(1, "not ready: /health/ready answers 503\n", ""));
        }
    }

    @Test
    void healthFailsWhereNothingListens() throws Exception {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort(); // bound and closed, so that it refuses
        }
        Ended ended = run(Map.of(), "--port", String.valueOf(port), "health");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).startsWith("not ready: nothing answers on port " + port + ": ");
    }

    @Test
    void aPortInUseIsOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThat(run(Map.of("PORT", String.valueOf(port)), "--host", "127.0.0.1"))
                    .isEqualTo(new Ended(
                            1,
                            "",
                            "rondo-backend: port " + port
                                    + " is in use: stop what listens there, or choose another with --port\n"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --port=65536       | the port (--port, or PORT in the environment) must be a whole number from 0 to 65535, and is "65536"
            --port=http        | the port (--port, or PORT in the environment) must be a whole number from 0 to 65535, and is "http"
            --name=            | the name must be 1 to 100 printable ASCII characters, not starting or ending with a space: it is sent as X-Served-By
            --access-log=xml   | --access-log must be json or off, and is "xml"
            --drain-delay=long | --drain-delay must be a duration up to 1h, such as 250, 250ms, 2s or PT2S, and is "long"
            """)
    void wrongArgumentsEndItWithTwo(String argument, String sentence) throws Exception {
        assertThat(run(Map.of(), argument))
                .isEqualTo(
                        new Ended(2, "", "rondo-backend: " + sentence + "\nrondo-backend --help lists the options\n"));
    }

    @Test
    void helpAndVersionEndItWithZero() throws Exception {
        assertThat(run(Map.of(), "--help").out()).contains("--port", "SERVER_NAME", "health", "Exit status");
        assertThat(run(Map.of(), "--version").out()).startsWith("rondo-backend ");
    }

    private static Ended run(Map<String, String> environment, String... arguments) throws Exception {
        Process process = start(environment, arguments);
        try {
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), out, err);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        Stream.of(arguments).forEach(command::add);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeAll(List.of("PORT", "SERVER_NAME", "JAVA_TOOL_OPTIONS"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static int listening(Process process, String line) throws IOException {
        BufferedReader err = process.errorReader(StandardCharsets.UTF_8);
        String first = String.valueOf(err.readLine());
        Matcher matcher = Pattern.compile(line).matcher(first);
        assertThat(matcher.matches()).as(first).isTrue();
        return Integer.parseInt(matcher.group(1));
    }
}
