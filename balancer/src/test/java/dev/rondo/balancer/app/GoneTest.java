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
    /** Connects whoever comes, and says nothing. */
    private static ServerSocket listen(int port) throws IOException {
        return new ServerSocket(port, 1_000, InetAddress.getLoopbackAddress());
    }

    private static String state(int admin) throws Exception {
        return RawClient.ask(admin, "/api/v1/pools/default/backends/gone").body();
    }

    @Test
    void itIsBackByRiseAndNotWhenItsTimeIsOver(@TempDir Path directory) throws Exception {
        int port = Program.freePort();
        int admin = Program.freePort();
        ServerSocket before = listen(0);
        int gone = before.getLocalPort();
        try (before;
                RawBackend stays = RawBackend.answering(Messages.OK)) {
            Path file =
                    Files.writeString(directory.resolve("rondo.yaml"), """
                    server: {host: 127.0.0.1, port: %d}
                    admin: {host: 127.0.0.1, port: %d}
                    access-log: off
                    health-check: {type: tcp, interval: 50ms, timeout: 50ms, fall: 1000, rise: 2, initial: up}
                    outlier-detection: {base-ejection-time: 1h, max-ejection-time: 1h}
                    backends: [{id: stays, url: "http://127.0.0.1:%d"}, {id: gone, url: "http://127.0.0.1:%d"}]
                    """.formatted(port, admin, stays.port(), gone));
            try (Program program = Program.start("run", file.toString())) {
                program.awaitLine("serving on");
                while (state(admin).contains("\"lastCheck\":null")) Thread.onSpinWait();
                before.close();
                while (!state(admin).contains("\"state\":\"ejected\""))
                    assertThat(RawClient.ask(port, "/").status()).isEqualTo(200);
                assertThat(state(admin)).contains("5 failures in a row: out for 1h");
                try (ServerSocket back = listen(gone)) {
                    program.awaitLine("it was gone, and its checks pass again");
                    assertThat(state(admin)).contains("\"state\":\"up\"");
                    assertThat(back.isBound()).isTrue();
                }
            }
        }
    }
}
