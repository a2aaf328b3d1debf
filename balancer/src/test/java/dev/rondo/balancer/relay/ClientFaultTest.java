package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.Configurations;
import dev.rondo.balancer.testkit.End;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.io.TempDir;

/** What a client is told when it misbehaves, and what the backend then sees of it: nothing, or less than a request. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class ClientFaultTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    /** Sends {@code raw}; expects an error with {@code status} and {@code reason}, the end, and no whole request. */
    private static void refuses(Configurations configuration, String raw, int status, String reason) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = configuration.backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.sendBehind(raw);
            Answer answer = client.answer("POST");
            assertThat(answer.status()).as(client.transcript()).isEqualTo(status);
            assertThat(answer.body()).contains(reason);
            assertThat(answer.last()).as(client.transcript()).isTrue();
            assertThat(client.rest()).isEmpty();
            assertThat(backend.requests()).isEmpty();
        }
    }

    /** Sends {@code raw} and expects it to be forwarded. */
    private static void accepts(Configurations configuration, String raw) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = configuration.backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.sendBehind(raw);
            assertThat(client.answer("POST").status()).as(client.transcript()).isEqualTo(200);
        }
    }

    private static String withFields(int count) {
        StringBuilder head = new StringBuilder("GET / HTTP/1.1\r\nHost: lb.test\r\n");
        for (int i = 1; i < count; i++) head.append("X-").append(i).append(": v\r\n");
        return head.append("\r\n").toString();
    }

    private static String withTarget(int length) {
        return get("/" + "a".repeat(length - 1));
    }

    @BothEngines
    void badSyntax(EngineKind engine) throws Exception {
        refuses(on(engine), "GET / HTTP/1.1\r\nHost: lb.test\r\nX : y\r\n\r\n", 400, "bad-request");
    }

    @BothEngines
    void tooManyFields(EngineKind engine) throws Exception {
        accepts(on(engine).headLimits(32 * 1024, 20, 1024), withFields(20));
        refuses(on(engine).headLimits(32 * 1024, 20, 1024), withFields(21), 431, "head-too-large");
    }

    @BothEngines
    void tooLargeAHead(EngineKind engine) throws Exception {
        String long4k = "GET / HTTP/1.1\r\nHost: lb.test\r\nX-Long: " + "x".repeat(4096) + "\r\n\r\n";
        accepts(on(engine).headLimits(8192, 128, 1024), long4k);
        refuses(on(engine).headLimits(4096, 128, 1024), long4k, 431, "head-too-large");
    }

    @BothEngines
    void aHeadWithoutEnd(EngineKind engine) throws Exception {
        refuses(on(engine), "GET / HTTP/1.1\r\nHost: lb.test\r\nX-Long: " + "x".repeat(1 << 20), 431, "head-too-large");
    }

    @BothEngines
    void tooLongATarget(EngineKind engine) throws Exception {
        accepts(on(engine).headLimits(32 * 1024, 128, 1000), withTarget(1000));
        refuses(on(engine).headLimits(32 * 1024, 128, 1000), withTarget(1001), 414, "target-too-long");
    }

    @BothEngines
    void tooLargeABodyByItsLength(EngineKind engine) throws Exception {
        accepts(on(engine).maxBody(10), "POST / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 10\r\n\r\n0123456789");
        refuses(
                on(engine).maxBody(10),
                "POST / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 11\r\n\r\n0123456789A",
                413,
                "body-too-large");
    }

    @BothEngines
    void tooLargeABodyByItsChunks(EngineKind engine) throws Exception {
        String head = "POST / HTTP/1.1\r\nHost: lb.test\r\nTransfer-Encoding: chunked\r\n\r\n";
        accepts(on(engine).maxBody(10), head + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n");
        refuses(on(engine).maxBody(10), head + "5\r\n01234\r\n6\r\n56789A\r\n0\r\n\r\n", 413, "body-too-large");
    }

    @BothEngines
    void aHeadThatDoesNotCome(EngineKind engine) throws Exception {
        refuses(on(engine).requestHead(SHORT), "GET / HTTP/1.1\r\nHost: lb.t", 408, "request-head-timeout");
    }

    @BothEngines
    void aBodyThatDoesNotCome(EngineKind engine) throws Exception {
        refuses(
                on(engine).clientIdle(SHORT),
                "POST / HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 10\r\n\r\nhello",
                408,
                "request-body-timeout");
    }

    @BothEngines
    void aConnectionThatStaysIdle(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = on(engine)
                        .backends(backend.port())
                        .clientKeepAlive(Duration.ofSeconds(3))
                        .start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/"));
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(client.end()).as("no answer without a request").isEqualTo(End.FIN);
        }
    }

    @BothEngines
    void aClientThatGoesAwayIsLoggedAs499(EngineKind engine, @TempDir Path directory) throws Exception {
        Path log = directory.resolve("access.log");
        CountDownLatch asked = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.request();
            asked.countDown();
            peer.awaitEnd();
        })) {
            try (Balancer rondo =
                            on(engine).backends(backend.port()).accessLog(log).start();
                    RawClient client = RawClient.connect(rondo.port())) {
                client.send(get("/gone"));
                asked.await();
                client.reset();
                backend.takePeer().awaitScript(); // Rondo hangs up long before its timeouts of 30 s
            }
        }
        assertThat(Files.readAllLines(log))
                .singleElement()
                .asString()
                .contains("\"/gone\"")
                .contains("499")
                .contains("client-abort");
    }

    @BothEngines
    void anUploadThatIsResetIsNeverWhole(EngineKind engine) throws Exception {
        CountDownLatch headCame = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    var head = peer.head();
                    if (head == null) return;
                    headCame.countDown();
                    peer.body(head); // ends early, by EOF or RST, and so is never recorded
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("POST / HTTP/1.1\r\nHost: lb.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            headCame.await();
            client.reset();
            backend.takePeer().awaitScript();
            assertThat(backend.requests()).isEmpty();
        }
    }

    @BothEngines
    void tooManyConnectionsOfOneClient(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = on(engine)
                        .backends(backend.port())
                        .maxConnectionsPerClient(2)
                        .start();
                RawClient first = RawClient.connect(rondo.port());
                RawClient second = RawClient.connect(rondo.port())) {
            for (RawClient client : new RawClient[] {first, second}) {
                client.send(get("/"));
                assertThat(client.answer().status()).isEqualTo(200);
            }
            try (RawClient third = RawClient.connect(rondo.port())) {
                Answer answer = third.next("GET");
                if (answer != null) {
                    assertThat(answer.status()).isIn(429, 503);
                    assertThat(answer.last()).isTrue();
                }
                assertThat(third.rest()).isEmpty();
            }
            first.send(get("/"));
            assertThat(first.answer().status()).as("the others go on").isEqualTo(200);
        }
    }
}
