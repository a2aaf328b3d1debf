package dev.rondo.balancer.app;

import static dev.rondo.balancer.testkit.Messages.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.ConfigurationLoader;
import dev.rondo.balancer.config.Loaded;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.RefusingPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A balancer that has just started and does not know its backends yet. */
class FirstChecksTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    private Rondo start(int refusing, int slow) throws IOException {
        Path file = Files.writeString(
                directory.resolve("rondo.yaml"), """
                server: {host: 127.0.0.1, port: %d}
                admin: {host: 127.0.0.1, port: %d}
                access-log: off
                drain: {delay: 0s, timeout: 1s}
                health-check: {path: /health, interval: 1h, timeout: 1h, jitter: 0, fall: 1, rise: 1}
                backends:
                  - {id: refusing, url: "http://127.0.0.1:%d"}
                  - {id: slow, url: "http://127.0.0.1:%d"}
                """.formatted(Program.freePort(), Program.freePort(), refusing, slow));
        Loaded loaded = ConfigurationLoader.load(file, Map.of(), Map.of());
        assertThat(loaded).isInstanceOf(Loaded.Valid.class);
        return Rondo.start(((Loaded.Valid) loaded).configuration());
    }

    @Test
    void oneThatIsNotKnownIsUsedRatherThanNoneAndReadinessWaitsForIt() throws Exception {
        CountDownLatch checked = new CountDownLatch(1);
        try (RefusingPort refusing = new RefusingPort();
                RawBackend slow = RawBackend.start(peer -> {
                    for (var request = peer.request(); request != null; request = peer.request()) {
                        if (request.target().equals("/health")) checked.await();
                        peer.send(OK);
                    }
                });
                Rondo rondo = start(refusing.port(), slow.port())) {
            while (!metrics(rondo).contains("backend=\"refusing\",pool=\"default\",state=\"down\""))
                Thread.onSpinWait();

            assertThat(metrics(rondo)).contains("backend=\"slow\",pool=\"default\",state=\"unknown\"");
            assertThat(RawClient.ask(rondo.port(), "/").status()).isEqualTo(200);
            assertThat(RawClient.ask(rondo.adminPort(), "/health/ready").status())
                    .isEqualTo(503);
            assertThat(RawClient.ask(rondo.adminPort(), "/health/ready").body()).contains("first health check");
            assertThat(RawClient.ask(rondo.adminPort(), "/health/live").status())
                    .isEqualTo(200);

            checked.countDown();
            while (RawClient.ask(rondo.adminPort(), "/health/ready").status() != 200) Thread.onSpinWait();
            assertThat(RawClient.ask(rondo.port(), "/").status()).isEqualTo(200);
        }
    }

    private static String metrics(Rondo rondo) throws IOException {
        return RawClient.ask(rondo.adminPort(), "/metrics").body();
    }
}
