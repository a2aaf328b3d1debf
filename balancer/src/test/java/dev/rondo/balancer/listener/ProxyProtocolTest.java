package dev.rondo.balancer.listener;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.Bytes;
import dev.rondo.balancer.testkit.Configurations;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.io.TempDir;

/** {@code server.enable-proxy-protocol}: the client is who the header in front of the first request says. */
class ProxyProtocolTest {
    private static final String V2 = "0d0a0d0a000d0a515549540a";

    private static String hex(String digits) {
        return Bytes.text(HexFormat.of().parseHex(digits));
    }

    /** What the backend is told of the client behind {@code header}. */
    private static Request forwarded(Configurations configuration, String header) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo =
                        configuration.backends(backend.port()).proxyProtocol().start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(header + get("/1"));
            assertThat(client.answer().status()).as(client.transcript()).isEqualTo(200);
            client.send(get("/2"));
            assertThat(client.answer().status()).isEqualTo(200);
            Request first = backend.takeRequest();
            assertThat(backend.takeRequest().values("x-forwarded-for"))
                    .as("of the second request")
                    .isEqualTo(first.values("x-forwarded-for"));
            return first;
        }
    }

    @BothEngines
    void version1(EngineKind engine, @TempDir Path directory) throws Exception {
        Path log = directory.resolve("access.log");
        Request seen = forwarded(on(engine).accessLog(log), "PROXY TCP4 203.0.113.7 192.0.2.1 51234 80\r\n");
        assertThat(seen.values("x-forwarded-for")).containsExactly("203.0.113.7");
        assertThat(Files.readAllLines(log)).hasSize(2).allSatisfy(line -> assertThat(line)
                .contains("\"client\":\"203.0.113.7\""));
    }

    @BothEngines
    void version1WithIpv6(EngineKind engine) throws Exception {
        Request seen = forwarded(on(engine), "PROXY TCP6 2001:db8::7 2001:db8::1 51234 80\r\n");
        assertThat(seen.values("x-forwarded-for")).containsExactly("2001:db8:0:0:0:0:0:7");
    }

    @BothEngines
    void version1ThatKnowsNoClient(EngineKind engine) throws Exception {
        for (String header : new String[] {"PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff:: ffff:: 1 2\r\n"}) {
            assertThat(forwarded(on(engine), header).values("x-forwarded-for")).containsExactly("127.0.0.1");
        }
    }

    @BothEngines
    void version2(EngineKind engine) throws Exception {
        Request seen = forwarded(on(engine), hex(V2 + "2111000c" + "cb007107" + "c0000201" + "c822" + "0050"));
        assertThat(seen.values("x-forwarded-for")).containsExactly("203.0.113.7");
    }

    @BothEngines
    void version2WithIpv6AndAnAddition(EngineKind engine) throws Exception {
        Request seen = forwarded(
                on(engine),
                hex(V2 + "21210029" + "20010db8000000000000000000000007" + "20010db8000000000000000000000001" + "c822"
                        + "0050" + "04" + "0002" + "0000"));
        assertThat(seen.values("x-forwarded-for")).containsExactly("2001:db8:0:0:0:0:0:7");
    }

    /** The sender's own checks: the addresses are to be ignored. */
    @BothEngines
    void version2Local(EngineKind engine) throws Exception {
        assertThat(forwarded(on(engine), hex(V2 + "20000000")).values("x-forwarded-for"))
                .containsExactly("127.0.0.1");
        assertThat(forwarded(on(engine), hex(V2 + "2011000c" + "cb007107" + "c0000201" + "c822" + "0050"))
                        .values("x-forwarded-for"))
                .containsExactly("127.0.0.1");
    }

    /** The header says who the client is; what it says of others counts only where it is trusted itself. */
    @BothEngines
    void theHeadersClientIsWhoIsTrusted(EngineKind engine) throws Exception {
        String request = "GET / HTTP/1.1\r\nHost: lb.test\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n";
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = on(engine)
                        .backends(backend.port())
                        .proxyProtocol()
                        .trustLoopback()
                        .start()) {
            for (String peer : new String[] {"203.0.113.7", "127.0.0.9"}) {
                try (RawClient client = RawClient.connect(rondo.port())) {
                    client.send("PROXY TCP4 " + peer + " 192.0.2.1 51234 80\r\n" + request);
                    assertThat(client.answer().status()).isEqualTo(200);
                }
            }
            assertThat(backend.takeRequest().values("x-forwarded-for")).containsExactly("203.0.113.7");
            assertThat(String.join(", ", backend.takeRequest().values("x-forwarded-for")))
                    .isEqualTo("9.9.9.9, 127.0.0.9");
        }
    }

    @BothEngines
    void garbageEndsTheConnection(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo =
                        on(engine).backends(backend.port()).proxyProtocol().start()) {
            for (String garbage : new String[] {
                get("/"),
                "PROXY TCP4 nonsense\r\n" + get("/"),
                "PROXY TCP4 203.0.113.7 192.0.2.1 port 80\r\n" + get("/"),
                hex(V2 + "f1110000") + get("/"),
                "\r\n\r\n\0".repeat(100)
            }) {
                try (RawClient client = RawClient.connect(rondo.port())) {
                    client.sendBehind(garbage);
                    assertThat(client.rest()).isEmpty();
                }
            }
            try (RawClient client = RawClient.connect(rondo.port())) {
                client.send("PROXY TCP4 203.0.113.7 192.0.2.1 51234 80\r\n" + get("/good"));
                assertThat(client.answer().status()).isEqualTo(200);
            }
            assertThat(backend.takeRequest().target()).isEqualTo("/good");
            assertThat(backend.requests()).isEmpty();
        }
    }

    /** Helidon waits for a header without end. */
    @BothEngines
    void aHeaderThatDoesNotComeEndsTheConnection(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = on(engine)
                        .backends(backend.port())
                        .proxyProtocol()
                        .requestHead(Duration.ofSeconds(5))
                        .maxTcpConnections(1)
                        .start();
                RawClient silent = RawClient.connect(rondo.port());
                RawClient next = RawClient.connect(rondo.port())) {
            next.send("PROXY UNKNOWN\r\n" + get("/"));
            assertThat(next.answer().status()).as("in the place of the other").isEqualTo(200);
            assertThat(silent.rest()).isEmpty();
        }
    }
}
