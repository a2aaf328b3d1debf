package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.KernelQueues;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A request is repeated on a fresh connection while its client has sent more already: each gets its own bytes. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class RepetitionTest {
    private static final String PUT = "PUT /2 HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 10\r\n\r\n0123456789";
    private static final String CHUNKED = "PUT /2 HTTP/1.1\r\nHost: lb.test\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "4\r\n0123\r\n6\r\n456789\r\n0\r\nX-End: yes\r\n\r\n";
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: lb.test\r\n\r\n";

    private static void repeats(EngineKind engine, String second, String third, boolean reset) throws Exception {
        assumeTrue(KernelQueues.known(), "no /proc/net/tcp to see when the pipelined bytes are read");
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch pipelined = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.echoingAfter(peer -> {
                    if (peer.request() == null) return;
                    peer.send(OK);
                    peer.request();
                    asked.countDown();
                    pipelined.await();
                    if (reset) peer.reset();
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/1"));
            assertThat(client.answer().body()).isEqualTo("ok");
            client.send(second);
            asked.await();
            client.send(third);
            KernelQueues.awaitTaken(client.localPort()); // so it lies in Rondo's buffer, behind what is repeated
            pipelined.countDown();

            backend.takeRequest();
            Request original = backend.takeRequest();
            Request repeated = backend.takeRequest();
            assertThat(repeated.raw()).as(client.transcript()).isEqualTo(original.raw());
            String method = second.substring(0, 3);
            assertThat(client.answer().body())
                    .as(client.transcript())
                    .isEqualTo(method + "|/2|" + (method.equals("PUT") ? "0123456789" : ""));

            Request last = backend.takeRequest();
            String thirdMethod = third.substring(0, third.indexOf(' '));
            assertThat(last.method()).isEqualTo(thirdMethod);
            assertThat(last.target()).isEqualTo("/3");
            assertThat(last.body()).isEqualTo(third.substring(third.indexOf("\r\n\r\n") + 4));
            assertThat(last.values("x-pad")).isEqualTo(List.of("p".repeat(40)));
            assertThat(client.answer().body()).isEqualTo(thirdMethod + "|/3|" + last.body());
            assertThat(backend.requests()).as("smuggled").isEmpty();
        }
    }

    private static String padded(String method, String framing, String body) {
        return method + " /3 HTTP/1.1\r\nHost: lb.test\r\nX-Pad: " + "p".repeat(40) + "\r\n" + framing + "\r\n" + body;
    }

    private static String smuggling() {
        return padded("POST", "Content-Length: " + SMUGGLED.length() + "\r\n", SMUGGLED);
    }

    @BothEngines
    void aBodyKeepsItsBytes(EngineKind engine) throws Exception {
        for (boolean reset : new boolean[] {false, true}) {
            repeats(engine, PUT, padded("GET", "", ""), reset);
            repeats(engine, PUT, smuggling(), reset);
        }
    }

    @BothEngines
    void aChunkedBodyKeepsItsBytes(EngineKind engine) throws Exception {
        repeats(engine, CHUNKED, padded("GET", "", ""), false);
        repeats(engine, CHUNKED, smuggling(), true);
    }

    @BothEngines
    void aRequestBehindOneWithoutBodyIsRelayedWhole(EngineKind engine) throws Exception {
        repeats(engine, get("/2"), padded("GET", "", ""), false);
        repeats(engine, get("/2"), smuggling(), true);
    }
}
