package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.Configurations;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** What the access log says of a request. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class RecordTest {
    private static List<String> logOf(Path directory, Configurations configuration, String... requests)
            throws Exception {
        Path log = directory.resolve("access.log");
        try (RawBackend backend = RawBackend.answering(OK)) {
            try (Balancer rondo =
                    configuration.backends(backend.port()).accessLog(log).start()) {
                for (String request : requests) {
                    try (RawClient client = RawClient.connect(rondo.port())) {
                        client.send(request);
                        client.answer();
                    }
                }
                rondo.awaitMetric("rondo_client_connections", "", 0);
            }
        }
        return Files.readAllLines(log);
    }

    @BothEngines
    void aBrokenHeadBehindAnEmptyLine(EngineKind engine, @TempDir Path directory) throws Exception {
        String broken = "GET / HTTP/1.1\r\nHost: a\n\r\n";
        assertThat(logOf(directory, on(engine), broken, "\r\n" + broken))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("400").contains("bad-request"));
    }

    /** Whoever wrote the first line may have been anybody; the proxy next to us wrote the last. */
    @BothEngines
    void theClientIsWhomTheNearestProxyNames(EngineKind engine, @TempDir Path directory) throws Exception {
        assertThat(logOf(
                        directory,
                        on(engine).trustLoopback(),
                        "GET / HTTP/1.1\r\nHost: lb.test\r\nX-Forwarded-For: 6.6.6.6\r\n"
                                + "X-Forwarded-For: 7.7.7.7, 203.0.113.7\r\n\r\n"))
                .singleElement()
                .asString()
                .contains("\"203.0.113.7\"")
                .doesNotContain("6.6.6.6");
    }
}
