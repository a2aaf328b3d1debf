package dev.rondo.balancer.relay;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.ADDED;
import static dev.rondo.balancer.testkit.Messages.OK;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.Configurations;
import dev.rondo.balancer.testkit.Field;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import dev.rondo.balancer.testkit.Request;
import java.util.List;

/** What of a message's head arrives on the other side. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class ForwardingTest {
    private static final String DATE = "Date: Mon, 23 Nov 2026 03:00:00 GMT";

    /** Sends {@code raw} through a balancer of its own; what the backend saw. */
    private static Request forwarded(Configurations configuration, String raw) throws Exception {
        try (RawBackend backend = RawBackend.answering(OK);
                Balancer rondo = configuration.backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(raw);
            assertThat(client.answer().status()).as(client.transcript()).isEqualTo(200);
            return backend.takeRequest();
        }
    }

    /** Lets the backend answer with {@code raw}; what the client saw. */
    private static Answer answered(Configurations configuration, String raw) throws Exception {
        try (RawBackend backend = RawBackend.answering(raw);
                Balancer rondo = configuration.backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/"));
            return client.answer();
        }
    }

    private static List<String> linesWithoutVia(Answer answer) {
        return answer.fields().stream()
                .filter(f -> !f.is("via"))
                .map(Field::toString)
                .toList();
    }

    @BothEngines
    void fieldsKeepTheirOrderCaseAndBytes(EngineKind engine) throws Exception {
        String line = "GET /a//b/../c;p=1/%2F%7e?q=a+b&&=%zz HTTP/1.1\r\n";
        Request seen = forwarded(
                on(engine),
                line + "X-Zulu: 1\r\nhOST: lb.test\r\naccept: */*\r\nX-Zulu: 2\r\nx-empty:\r\n"
                        + "X-Bytes: a\u0080\u00e9\u00ff  b\r\nCookie: a=1; b=2\r\n\r\n");
        assertThat(seen.raw()).startsWith(line);
        assertThat(seen.head().linesWithout(ADDED))
                .containsExactly(
                        "X-Zulu: 1",
                        "hOST: lb.test",
                        "accept: */*",
                        "X-Zulu: 2",
                        "x-empty: ",
                        "X-Bytes: a\u0080\u00e9\u00ff  b",
                        "Cookie: a=1; b=2");
    }

    @BothEngines
    void answersKeepTheirOrderCaseAndBytes(EngineKind engine) throws Exception {
        Answer seen = answered(
                on(engine),
                "HTTP/1.1 299 Quite \u00e9 Right\r\nX-b: 1\r\n" + DATE + "\r\nSet-Cookie: a=1\r\n"
                        + "X-A: 2\r\nset-cookie: b=2\r\nContent-Length: 3\r\nserver: raw\r\n\r\nabc");
        assertThat(seen.status()).isEqualTo(299);
        assertThat(seen.reason()).isEqualTo("Quite \u00e9 Right");
        assertThat(linesWithoutVia(seen))
                .containsExactly(
                        "X-b: 1",
                        DATE,
                        "Set-Cookie: a=1",
                        "X-A: 2",
                        "set-cookie: b=2",
                        "Content-Length: 3",
                        "server: raw");
        assertThat(seen.body()).isEqualTo("abc");
    }

    @BothEngines
    void theClientIsNamedAndWhatItClaimsIsReplaced(EngineKind engine) throws Exception {
        Request seen = forwarded(
                on(engine),
                "GET / HTTP/1.1\r\nHost: Lb.Test:81\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n"
                        + "X-Forwarded-Host: evil.test\r\nVia: 1.0 fred\r\n\r\n");
        assertThat(seen.values("x-forwarded-for")).containsExactly("127.0.0.1");
        assertThat(seen.values("x-forwarded-proto")).containsExactly("http");
        assertThat(seen.values("x-forwarded-host")).containsExactly("Lb.Test:81");
        assertThat(seen.values("host")).containsExactly("Lb.Test:81");
        assertThat(String.join(", ", seen.values("via"))).isEqualTo("1.0 fred, 1.1 rondo");
        assertThat(seen.values("forwarded")).isEmpty();
    }

    @BothEngines
    void aTrustedProxysClaimsStand(EngineKind engine) throws Exception {
        Request seen = forwarded(
                on(engine).trustLoopback(),
                "GET / HTTP/1.1\r\nHost: lb.test\r\nX-Forwarded-For: 9.9.9.9, 8.8.8.8\r\nX-Forwarded-Proto: https\r\n"
                        + "X-Forwarded-Host: shop.test\r\n\r\n");
        assertThat(String.join(", ", seen.values("x-forwarded-for"))).isEqualTo("9.9.9.9, 8.8.8.8, 127.0.0.1");
        assertThat(seen.values("x-forwarded-proto")).containsExactly("https");
        assertThat(seen.values("x-forwarded-host")).containsExactly("shop.test");
    }

    @BothEngines
    void forwardedIsAddedWhenAskedFor(EngineKind engine) throws Exception {
        Request seen = forwarded(on(engine).forwarded(), get("/"));
        assertThat(seen.values("forwarded")).hasSize(1);
        assertThat(seen.values("forwarded").getFirst())
                .contains("for=127.0.0.1")
                .contains("proto=http");
    }

    @BothEngines
    void aRequestIdIsMadeOnceAndKeptWhereThereIsOne(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.answering(OK);
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/1") + get("/2") + "GET /3 HTTP/1.1\r\nHost: lb.test\r\nx-request-ID: mine-7\r\n\r\n");
            List<String> first = backend.takeRequest().values("x-request-id");
            List<String> second = backend.takeRequest().values("x-request-id");
            assertThat(first).hasSize(1).doesNotContain("");
            assertThat(second).hasSize(1).doesNotContain("").isNotEqualTo(first);
            assertThat(backend.takeRequest().head().fields()).contains(new Field("x-request-ID", "mine-7"));
            for (int i = 0; i < 3; i++) assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @BothEngines
    void hopByHopFieldsEndHere(EngineKind engine) throws Exception {
        Request seen = forwarded(
                on(engine),
                "GET / HTTP/1.1\r\nHost: lb.test\r\nConnection: keep-alive, X-Private\r\nX-Private: 1\r\nX-Public: 2\r\n"
                        + "Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nProxy: http://evil\r\n"
                        + "TE: gzip\r\nUpgrade: foo\r\n\r\n");
        assertThat(seen.head().linesWithout(ADDED)).containsExactly("Host: lb.test", "X-Public: 2");
    }

    @BothEngines
    void hopByHopFieldsOfAnAnswerEndHere(EngineKind engine) throws Exception {
        Answer seen = answered(
                on(engine),
                "HTTP/1.1 200 OK\r\n" + DATE + "\r\nConnection: X-Private\r\nX-Private: 1\r\n"
                        + "Keep-Alive: timeout=9\r\nProxy-Connection: close\r\nX-Public: 2\r\nContent-Length: 2\r\n\r\nok");
        assertThat(linesWithoutVia(seen)).containsExactly(DATE, "X-Public: 2", "Content-Length: 2");
    }

    @BothEngines
    void rulesRemoveThenSetThenAdd(EngineKind engine) throws Exception {
        Request seen = forwarded(
                on(engine).requestRules("X-Set", "new", "X-Add", "more", "X-Gone"),
                "GET / HTTP/1.1\r\nHost: lb.test\r\nx-set: old\r\nX-SET: older\r\nX-Add: one\r\nx-gone: 1\r\n"
                        + "X-Gone: 2\r\n\r\n");
        assertThat(seen.values("x-set")).containsExactly("new");
        assertThat(seen.values("x-add")).containsExactly("one", "more");
        assertThat(seen.values("x-gone")).isEmpty();
    }

    @BothEngines
    void rulesChangeAnAnswerToo(EngineKind engine) throws Exception {
        Answer seen = answered(
                on(engine).responseRules("X-Set", "new", "X-Add", "more", "Server"),
                "HTTP/1.1 200 OK\r\nserver: raw\r\nx-set: old\r\nX-Add: one\r\nContent-Length: 2\r\n\r\nok");
        assertThat(seen.values("x-set")).containsExactly("new");
        assertThat(seen.values("x-add")).containsExactly("one", "more");
        assertThat(seen.values("server")).isEmpty();
    }

    /** RFC 9112 §3.2.2: the authority of the target replaces Host. */
    @BothEngines
    void anAbsoluteTargetNamesTheHost(EngineKind engine) throws Exception {
        Request seen = forwarded(on(engine), "GET http://other.test:8080/a?b HTTP/1.1\r\nHost: lb.test\r\n\r\n");
        assertThat(seen.values("host")).containsExactly("other.test:8080");
        assertThat(seen.target()).isEqualTo("/a?b");
    }

    @BothEngines
    void anAbsoluteTargetWithoutAPathAsksForTheRoot(EngineKind engine) throws Exception {
        Request seen = forwarded(on(engine), "GET http://lb.test?b HTTP/1.1\r\nHost: lb.test\r\n\r\n");
        assertThat(seen.target()).isEqualTo("/?b");
    }

    @BothEngines
    void optionsStarIsForwardedOrAnswered(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.answering(OK);
                Balancer rondo = on(engine).backends(backend.port()).start();
                RawClient client = RawClient.connect(rondo.port())) {
            client.send("OPTIONS * HTTP/1.1\r\nHost: lb.test\r\n\r\n" + get("/next"));
            assertThat(client.answer("OPTIONS").status()).isIn(200, 204);
            assertThat(client.answer().body()).isEqualTo("ok");
            Request first = backend.takeRequest();
            assertThat(first.method() + " " + first.target()).isIn("OPTIONS *", "GET /next");
        }
    }
}
