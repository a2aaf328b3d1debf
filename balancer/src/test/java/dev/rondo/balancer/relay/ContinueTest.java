package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/** {@code Expect: 100-continue}, and answers that come before the request is over. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class ContinueTest {
    private static final String EXPECTING =
            "POST /u HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";

    @BothEngines
    void theBackendsWordIsWaitedFor(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    Request.Head head = peer.head();
                    if (head == null) return;
                    assertThat(head.values("expect")).containsExactly("100-continue");
                    peer.send("HTTP/1.1 100 Continue\r\n\r\n");
                    peer.body(head);
                    peer.send(OK).echo();
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(EXPECTING);
            Answer first = Objects.requireNonNull(client.next("POST"), "no answer");
            assertThat(first.status()).isEqualTo(100);
            client.send("hello");
            Answer answer = client.answer("POST");
            assertThat(answer.interims()).isEmpty();
            assertThat(answer.body()).isEqualTo("ok");
            assertThat(backend.takeRequest().body()).isEqualTo("hello");
        }
    }

    @BothEngines
    void theBackendMayRefuseAtOnce(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoingAfter(peer -> {
                    if (peer.head() == null) return;
                    peer.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
                    // Not one byte of the body, nor of another request, may come on this connection.
                    assertThat(peer.rest()).isEmpty();
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port());
                RawClient other = RawClient.connect(rondo.port())) {
            client.send(EXPECTING);
            Answer answer = client.answer("POST");
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.interims()).isEmpty();
            assertThat(answer.body()).isEqualTo("no");
            other.send(get("/other"));
            assertThat(other.answer().body()).isEqualTo("GET|/other|");
        }
    }

    @BothEngines
    void aClientNeedNotWait(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    Request.Head head = peer.head();
                    if (head == null) return;
                    if (!head.values("expect").isEmpty()) peer.send("HTTP/1.1 100 Continue\r\n\r\n");
                    peer.body(head);
                    peer.send(OK).echo();
                });
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(EXPECTING + "hello" + get("/next"));
            assertThat(client.answer("POST").body()).isEqualTo("ok");
            assertThat(backend.takeRequest().body()).isEqualTo("hello");
            assertThat(client.answer().body()).isEqualTo("GET|/next|");
        }
    }

    /** RFC 9110 §10.1.1: a backend that says nothing but reads on gets the body of a client that does not wait. */
    @BothEngines
    void aBackendNeedNotSayContinue(EngineKind engine) throws Exception {
        CountDownLatch headCame = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    Request.Head head = peer.head();
                    if (head == null) return;
                    headCame.countDown();
                    peer.body(head);
                    peer.send(OK).awaitEnd();
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(EXPECTING);
            headCame.await();
            client.send("hello");
            assertThat(client.answer("POST").body()).isEqualTo("ok");
            assertThat(backend.takeRequest().body()).isEqualTo("hello");
        }
    }

    @BothEngines
    void anEarlyAnswerComesDuringTheUpload(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    Request.Head head = peer.head();
                    if (head == null) return;
                    peer.send(OK); // before the body, which it reads all the same
                    peer.body(head);
                    peer.echo();
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("POST /u HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 10\r\n\r\nfirst");
            assertThat(client.answer("POST").body()).isEqualTo("ok");
        }
    }

    @BothEngines
    void anEarlyRefusalReachesAClientThatIsStillSending(EngineKind engine) throws Exception {
        CountDownLatch clientHasIt = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.head() == null) return;
                    peer.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
                    clientHasIt.await(); // and reads not a byte of the body
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            int size = 8 << 20;
            client.sendBehind(
                    "POST /u HTTP/1.1\r\nHost: lb.test\r\nContent-Length: " + size + "\r\n\r\n" + "x".repeat(size));
            Answer answer = client.answer("POST");
            clientHasIt.countDown();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.body()).isEqualTo("no");
            assertThat(answer.last())
                    .as("what is left of the body cannot be skipped for ever")
                    .isTrue();
        }
    }
}
