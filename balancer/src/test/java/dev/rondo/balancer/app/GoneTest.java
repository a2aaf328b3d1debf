package dev.rondo.balancer.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.testkit.Messages;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend that was away for less than its checks take to find it down. */
class GoneTest {
    private final int port = Program.freePort();
    private final int admin = Program.freePort();
    private final Path file;

    GoneTest(@TempDir Path directory) throws IOException {
        this.file = directory.resolve("rondo.yaml");
    }

    private Program start(RawBackend stays, int gone, String where) throws Exception {
        Files.writeString(file, """
                server: {host: 127.0.0.1, port: %d}
                admin: {host: 127.0.0.1, port: %d}
                access-log: off
                health-check: {type: tcp, interval: 50ms, timeout: 50ms, fall: 1000, rise: 2, initial: up%s}
                outlier-detection: {base-ejection-time: 1h, max-ejection-time: 1h}
                backends: [{id: stays, url: "http://127.0.0.1:%d"}, {id: gone, url: "http://127.0.0.1:%d"}]
                """.formatted(port, admin, where, stays.port(), gone));
        Program program = Program.start("run", file.toString());
        program.awaitLine("serving on");
        return program;
    }

    /** Connects whoever comes, and says nothing. */
    private static ServerSocket listen(int port) throws IOException {
        return new ServerSocket(port, 1_000, InetAddress.getLoopbackAddress());
    }

    private String gone() throws IOException {
        return RawClient.ask(admin, "/api/v1/pools/default/backends/gone").body();
    }

    private double passed() throws IOException {
        return RawClient.ask(admin, "/metrics")
                .body()
                .lines()
                .filter(line ->
                        line.startsWith("rondo_health_checks_total{backend=\"gone\"") && line.contains("\"pass"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private void awaitPasses(int more) throws IOException {
        for (double before = passed(); passed() < before + more; ) Thread.onSpinWait();
    }

    private void eject() throws IOException {
        while (!gone().contains("\"state\":\"ejected\""))
            assertThat(RawClient.ask(port, "/").status()).isEqualTo(200);
        assertThat(gone()).contains("5 failures in a row: out for 1h");
    }

    @Test
    void itIsBackByRiseAndNotWhenItsTimeIsOver() throws Exception {
        ServerSocket before = listen(0);
        int at = before.getLocalPort();
        try (before;
                RawBackend stays = RawBackend.answering(Messages.OK);
                Program program = start(stays, at, "")) {
            awaitPasses(1);
            before.close();
            eject();
            ServerSocket back = listen(at);
            try (back) {
                program.awaitLine("it was gone, and its checks pass again");
                assertThat(gone()).contains("\"state\":\"up\"");
            }
        }
    }

    /** Who is there to be checked may be another than who is there to be asked. */
    @Test
    void checksOfAnotherPortDoNotBringItBack() throws Exception {
        try (ServerSocket checked = listen(0);
                RawBackend stays = RawBackend.answering(Messages.OK);
                Program program = start(stays, Program.freePort(), ", port: " + checked.getLocalPort())) {
            awaitPasses(1);
            eject();
            awaitPasses(4);
            assertThat(gone()).contains("\"state\":\"ejected\"");
            program.signal("INT");
            assertThat(program.ended().err()).doesNotContain("pass again");
        }
    }
}
