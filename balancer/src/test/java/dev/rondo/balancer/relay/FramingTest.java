package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.Field;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a body ends, in each of the ways that HTTP/1.1 has to say so. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class FramingTest {
    @ParameterizedTest
    @CsvSource({
        "EVENT_LOOPS, HEAD, 200",
        "VIRTUAL_THREADS, HEAD, 200",
        "EVENT_LOOPS, GET, 304",
        "VIRTUAL_THREADS, GET, 304"
    })
    void anAnswerMayNameALengthAndHaveNoBody(EngineKind engine, String method, int status) throws Exception {
        String head = "HTTP/1.1 " + status + " X\r\nContent-Length: 1234\r\nETag: \"a\"\r\n\r\n";
        try (RawBackend backend = RawBackend.answering(head);
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            for (int i = 0; i < 2; i++) {
                client.send(method + " / HTTP/1.1\r\nHost: lb.test\r\n\r\n");
                Answer answer = client.answer(method);
                assertThat(answer.status()).isEqualTo(status);
                assertThat(answer.values("content-length")).containsExactly("1234");
                assertThat(answer.values("etag")).containsExactly("\"a\"");
            }
            assertThat(backend.connections()).as("upstream connections").isEqualTo(1);
        }
    }

    @BothEngines
    void noContentHasNone(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.answering("HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n");
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/1") + get("/2"));
            assertThat(client.answer().status()).isEqualTo(204);
            assertThat(client.answer().values("x-a")).containsExactly("1");
            assertThat(backend.connections()).isEqualTo(1);
        }
    }

    @BothEngines
    void interimAnswersComeThroughInOrder(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.answering("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                        + "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b>\r\n\r\n" + OK);
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/"));
            Answer answer = client.answer();
            assertThat(answer.interims().stream().map(Answer::status)).containsExactly(103, 102, 103);
            assertThat(answer.interims().getFirst().values("link")).containsExactly("</a>");
            assertThat(answer.interims().getLast().values("link")).containsExactly("</b>");
            assertThat(answer.body()).isEqualTo("ok");
        }
    }

    @BothEngines
    void anInterimAnswerDoesNotWaitForTheFinalOne(EngineKind engine) throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() == null) return;
                    peer.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                    seen.await();
                    peer.send(OK).awaitEnd();
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/"));
            Answer hint = Objects.requireNonNull(client.next("GET"), "no answer");
            assertThat(hint.status()).isEqualTo(103);
            seen.countDown();
            assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @BothEngines
    void trailersTravelBothWays(EngineKind engine) throws Exception {
        String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                + "3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\nX-Sum: 7\r\n\r\n";
        try (RawBackend backend = RawBackend.answering(chunked);
                Balancer rondo = on(engine).loops(1).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("POST /t HTTP/1.1\r\nHost: lb.test\r\nTE: trailers\r\nConnection: TE\r\n"
                    + "Transfer-Encoding: chunked\r\nTrailer: X-Check\r\n\r\n"
                    + "5\r\nhello\r\n1\r\n!\r\n0\r\nX-Check: 42\r\n\r\n" + get("/next"));
            Answer answer = client.answer("POST");
            assertThat(answer.body()).isEqualTo("abcdefg");
            assertThat(answer.trailers()).containsExactly(new Field("X-Sum", "7"));
            Request seen = backend.takeRequest();
            assertThat(seen.body()).isEqualTo("hello!");
            assertThat(seen.trailers()).containsExactly(new Field("X-Check", "42"));
            assertThat(client.answer().complete()).isTrue();
            assertThat(backend.connections()).isEqualTo(1);
        }
    }

    @BothEngines
    void theEndOfTheConnectionEndsABody(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() != null) peer.send("HTTP/1.1 200 OK\r\n\r\nto the end");
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/"));
            Answer answer = client.answer();
            assertThat(answer.body()).isEqualTo("to the end");
            assertThat(answer.complete()).as(answer.toString()).isTrue();
        }
    }

    @BothEngines
    void aResetDoesNotEndABody(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.start(peer -> {
                    if (peer.request() == null) return;
                    peer.send("HTTP/1.1 200 OK\r\n\r\nto the e").reset();
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/"));
            Answer answer = client.answer();
            assertThat(answer.status() == 502 || !answer.complete())
                    .as(answer.toString())
                    .isTrue();
        }
    }

    @BothEngines
    void pipelinedRequestsAreAnsweredInOrder(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                all.append(get("/g" + i))
                        .append("POST /p" + i + " HTTP/1.1\r\nHost: lb.test\r\nContent-Length: 4\r\n\r\nbody")
                        .append("PUT /c" + i + " HTTP/1.1\r\nHost: lb.test\r\nTransfer-Encoding: chunked\r\n\r\n")
                        .append("2\r\nab\r\n0\r\n\r\n");
            }
            client.sendBehind(all.toString());
            for (int i = 0; i < 50; i++) {
                assertThat(client.answer().body()).isEqualTo("GET|/g" + i + "|");
                assertThat(client.answer().body()).isEqualTo("POST|/p" + i + "|body");
                assertThat(client.answer().body()).isEqualTo("PUT|/c" + i + "|ab");
            }
        }
    }

    @BothEngines
    void bothSidesMayDribble(EngineKind engine) throws Exception {
        String answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n1;x=\"y\"\r\nd\r\n0\r\nX-T: 1\r\n\r\n";
        try (RawBackend backend = RawBackend.start(peer -> {
                    while (peer.request() != null) peer.dribble(answer);
                });
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            for (int i = 0; i < 2; i++) {
                client.dribble("POST /d HTTP/1.1\r\nHost: lb.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n");
                assertThat(client.answer("POST").body()).isEqualTo("abcd");
                assertThat(backend.takeRequest().body()).isEqualTo("hello0123456789");
            }
        }
    }
}
