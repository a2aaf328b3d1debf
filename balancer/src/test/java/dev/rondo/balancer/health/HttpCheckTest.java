package dev.rondo.balancer.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.StatusRanges;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.testkit.FullPort;
import dev.rondo.balancer.testkit.Peer;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RefusingPort;
import dev.rondo.balancer.testkit.Request;
import dev.rondo.balancer.wire.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One check, against backends that behave badly on real sockets. */
class HttpCheckTest {
    private static final String HERE = "127.0.0.1";
    /** No test waits for it. */
    private static final Duration LONG = Duration.ofSeconds(30);
    /** What a test waits for that is about waiting. */
    private static final Duration SHORT = Duration.ofMillis(200);

    private final Resolver resolver = new Resolver(Resolver::system, Duration.ofDays(1));
    private final Connector connector = new Connector(resolver);

    @AfterEach
    void close() {
        resolver.close();
    }

    private static HttpCheck.Terms terms(String method, String target, @Nullable String wanted) {
        return new HttpCheck.Terms(method, target, null, StatusRanges.DEFAULT, wanted);
    }

    private CheckResult run(HttpCheck.Terms terms, Place place, Duration timeout) {
        return new HttpCheck(connector, terms).run(place, new Deadline(Ticker.SYSTEM, timeout));
    }

    /** A check of what {@code script} does. */
    private CheckResult check(HttpCheck.Terms terms, RawBackend.Script script) throws Exception {
        try (RawBackend backend = RawBackend.start(script)) {
            CheckResult result = run(terms, new Place(HERE, backend.port()), LONG);
            backend.takePeer().awaitScript(); // the check has left its connection
            return result;
        }
    }

    /** A check of a backend that answers {@code raw} and waits for the check to leave. */
    private CheckResult answered(HttpCheck.Terms terms, String raw) throws Exception {
        return check(terms, peer -> {
            peer.request();
            peer.send(raw);
            peer.awaitEnd();
        });
    }

    private CheckResult answered(String raw) throws Exception {
        return answered(terms("GET", "/", null), raw);
    }

    private CheckResult searched(String raw) throws Exception {
        return answered(terms("GET", "/", "ok"), raw);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 301, 304, 399})
    void passesOnExpectedStatuses(int status) throws Exception {
        assertThat(answered("HTTP/1.1 " + status + " Fine\r\nLocation: http://127.0.0.1:1/\r\n\r\n"))
                .isEqualTo(CheckResult.passed("status " + status));
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 400, 500, 503})
    void failsOnOthers(int status) throws Exception {
        assertThat(answered("HTTP/1.1 " + status + " \r\nContent-Length: 0\r\n\r\n"))
                .isEqualTo(CheckResult.failed("status " + status + ", expected 200-399"));
    }

    @Test
    void takesInterimAnswersForWhatTheyAre() throws Exception {
        assertThat(searched("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
                .isEqualTo(CheckResult.passed("status 200, body has \"ok\""));
    }

    @Test
    void anAnswerToHeadHasNoBody() throws Exception {
        assertThat(answered(terms("HEAD", "/", null), "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"))
                .isEqualTo(CheckResult.passed("status 200"));
    }

    @Test
    void statusesWithoutABodyAreNotWaitedOn() throws Exception {
        assertThat(searched("HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n"))
                .isEqualTo(CheckResult.failed("body lacks \"ok\""));
    }

    @Test
    void asksAsConfigured() throws Exception {
        HttpCheck.Terms terms = new HttpCheck.Terms(
                "OPTIONS",
                "//a/../b;c=d/%2f?x={y}&z=%zz+",
                "www.example.com",
                new StatusRanges(List.of(new StatusRanges.Range(418, 418))),
                null);
        try (RawBackend backend = RawBackend.answering("HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n")) {
            assertThat(run(terms, new Place(HERE, backend.port()), LONG)).isEqualTo(CheckResult.passed("status 418"));
            Request request = backend.takeRequest();
            assertThat(request.method()).isEqualTo("OPTIONS");
            assertThat(request.head().target()).isEqualTo("//a/../b;c=d/%2f?x={y}&z=%zz+");
            assertThat(request.head().values("Host")).containsExactly("www.example.com");
            assertThat(request.head().values("Connection")).containsExactly("close");
            assertThat(request.head().values("User-Agent")).containsExactly("rondo-health-check");
            assertThat(request.head().values("Expect")).isEmpty();
        }
    }

    @Test
    void hostIsThePlaceByDefault() throws Exception {
        try (RawBackend backend = RawBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
            run(terms("GET", "/", null), new Place("localhost", backend.port()), LONG);
            assertThat(backend.takeRequest().head().values("Host")).containsExactly("localhost:" + backend.port());
        }
        assertThat(new Place("::1", 8080).authority()).isEqualTo("[::1]:8080");
        assertThat(new Place("a", 80).authority()).isEqualTo("a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nit is ok",
                "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\nit is ok",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nit is o\r\n1\r\nk\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\nit is ok",
                "HTTP/1.0 200 OK\r\n\r\nit is ok",
            })
    void findsTheTextInTheBody(String raw) throws Exception {
        assertThat(searched(raw)).isEqualTo(CheckResult.passed("status 200, body has \"ok\""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nX: ok\r\nContent-Length: 3\r\n\r\nbad",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbad\r\n0\r\n\r\n",
                "HTTP/1.1 204 No Content\r\n\r\n",
            })
    void missesTheTextInTheBody(String raw) throws Exception {
        assertThat(searched(raw)).isEqualTo(CheckResult.failed("body lacks \"ok\""));
    }

    @Test
    void aBodyMayEndWithTheConnection() throws Exception {
        assertThat(check(terms("GET", "/", "ok"), peer -> {
                    peer.request();
                    peer.send("HTTP/1.1 200 OK\r\n\r\nbad");
                }))
                .isEqualTo(CheckResult.failed("body lacks \"ok\""));
    }

    @Test
    void aBodyThatEndsTooEarlyIsNoAnswer() throws Exception {
        assertThat(check(terms("GET", "/", "ok"), peer -> {
                    peer.request();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nit is");
                }))
                .isEqualTo(CheckResult.failed("connection closed before the answer's end"));
    }

    /** Sends {@code part} until the check leaves. */
    private static RawBackend.Script endless(String head, String part) {
        return peer -> {
            peer.request();
            peer.send(head);
            while (true) peer.send(part);
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n"
            })
    void anEndlessBodyIsLeft(String head) throws Exception {
        String part = "x".repeat(1000);
        assertThat(check(terms("GET", "/", "ok"), endless(head, part)))
                .isEqualTo(CheckResult.failed("body lacks \"ok\""));
        assertThat(check(terms("GET", "/", null), endless(head, part))).isEqualTo(CheckResult.passed("status 200"));
        assertThat(check(terms("GET", "/", "ok"), endless(head + "ok", part)))
                .isEqualTo(CheckResult.passed("status 200, body has \"ok\""));
    }

    @Test
    void anEndlessHeadIsLeft() throws Exception {
        CheckResult fields = check(terms("GET", "/", null), endless("HTTP/1.1 200 OK\r\n", "A: b\r\n"));
        assertThat(fields.kind()).isEqualTo(CheckResult.Kind.FAILED);
        CheckResult interim =
                check(terms("GET", "/", null), endless("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"));
        assertThat(interim).isEqualTo(CheckResult.failed("the answer's head is too long"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n\r\n",
                "HTTP/1.1 abc OK\r\n\r\n",
                "HTTP/2.0 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n",
                "\u0015\u0003\u0001\u0000\u0002\u0002\n"
            })
    void garbageIsNoAnswer(String raw) throws Exception {
        assertThat(searched(raw)).isEqualTo(CheckResult.failed("the answer is not HTTP/1.1"));
    }

    @Test
    void oneThatClosesAtOnce() throws Exception {
        assertThat(check(terms("GET", "/", null), peer -> {
                    var unused = peer.request();
                }))
                .isEqualTo(CheckResult.failed("connection closed without an answer"));
        assertThat(check(terms("GET", "/", null), peer -> {
                    peer.request();
                    peer.send("HTTP/1.1 2");
                }))
                .isEqualTo(CheckResult.failed("connection closed before the answer's end"));
        assertThat(check(terms("GET", "/", null), peer -> {
                    peer.request();
                    peer.reset();
                }))
                .isEqualTo(CheckResult.failed("connection reset"));
    }

    @Test
    void oneThatRefuses() throws Exception {
        try (RefusingPort port = new RefusingPort()) {
            assertThat(run(terms("GET", "/", null), new Place(HERE, port.port()), LONG))
                    .isEqualTo(CheckResult.refused("connection refused"));
            assertThat(new TcpCheck(connector).run(new Place(HERE, port.port()), new Deadline(Ticker.SYSTEM, LONG)))
                    .isEqualTo(CheckResult.refused("connection refused"));
        }
    }

    @Test
    void oneThatAcceptsNobody() throws Exception {
        try (FullPort port = new FullPort()) {
            assertThat(run(terms("GET", "/", null), new Place(HERE, port.port()), SHORT))
                    .isEqualTo(CheckResult.failed("timeout after 200ms, connecting"));
        }
    }

    @Test
    void oneThatSaysNothing() throws Exception {
        try (RawBackend backend = RawBackend.start(Peer::awaitEnd)) {
            Place place = new Place(HERE, backend.port());
            assertThat(run(terms("GET", "/", null), place, SHORT)).isEqualTo(CheckResult.failed("timeout after 200ms"));
            backend.takePeer().awaitScript();
            assertThat(new TcpCheck(connector).run(place, new Deadline(Ticker.SYSTEM, LONG)))
                    .isEqualTo(CheckResult.passed("connected"));
            backend.takePeer().awaitScript();
        }
    }

    /** The backend sends a byte whenever the check looks at its clock, which moves on with each look. */
    @Test
    void oneThatAnswersByteByByte() throws Exception {
        AtomicLong nanos = new AtomicLong();
        Semaphore pace = new Semaphore(0);
        Ticker ticker = new Ticker() {
            @Override
            public long nanos() {
                pace.release();
                return nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
            }

            @Override
            public long millis() {
                return 0;
            }
        };
        try (RawBackend backend = RawBackend.start(peer -> {
            peer.send("HTTP/1.1 200 OK\r\nX: ");
            while (true) {
                pace.acquire();
                peer.send("y");
            }
        })) {
            CheckResult result = new HttpCheck(connector, terms("GET", "/", null))
                    .run(new Place(HERE, backend.port()), new Deadline(ticker, Duration.ofSeconds(1)));
            assertThat(result).isEqualTo(CheckResult.failed("timeout after 1s"));
            pace.release(1_000_000); // let the script find the connection closed
            backend.takePeer().awaitScript();
        }
    }

    @Test
    void anInterruptEndsACheck() throws Exception {
        try (RawBackend backend = RawBackend.start(Peer::awaitEnd)) {
            LinkedBlockingQueue<CheckResult> results = new LinkedBlockingQueue<>();
            Thread thread = Thread.ofVirtual()
                    .start(() -> results.add(run(terms("GET", "/", null), new Place(HERE, backend.port()), LONG)));
            Peer peer = backend.takePeer();
            thread.interrupt();
            assertThat(results.poll(10, TimeUnit.SECONDS)).isEqualTo(CheckResult.notMade("stopped"));
            peer.awaitScript();
        }
    }

    @Test
    void addressesAreTriedInOrder() throws Exception {
        try (RawBackend backend = RawBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                Resolver two = new Resolver(
                        _ -> List.of(InetAddress.ofLiteral("127.0.0.2"), InetAddress.ofLiteral(HERE)),
                        Duration.ofDays(1))) {
            CheckResult result = new HttpCheck(new Connector(two), terms("GET", "/", null))
                    .run(new Place("two", backend.port()), new Deadline(Ticker.SYSTEM, LONG));
            assertThat(result).isEqualTo(CheckResult.passed("status 200"));
        }
    }

    @Test
    void aNameIsLookedUpAgainAfterAFailure() throws Exception {
        LinkedBlockingQueue<String> lookups = new LinkedBlockingQueue<>();
        CompletableFuture<Void> moved = new CompletableFuture<>();
        try (RawBackend backend = RawBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                Resolver moving = new Resolver(
                        host -> {
                            lookups.add(host);
                            return List.of(InetAddress.ofLiteral(moved.isDone() ? HERE : "127.0.0.2"));
                        },
                        Duration.ofDays(1))) {
            HttpCheck check = new HttpCheck(new Connector(moving), terms("GET", "/", null));
            Place place = new Place("b", backend.port());
            moving.retain("b");
            while (moving.known("b").isEmpty()) Thread.onSpinWait();
            assertThat(lookups.poll()).isEqualTo("b");
            moved.complete(null);
            assertThat(check.run(place, new Deadline(Ticker.SYSTEM, LONG)))
                    .isEqualTo(CheckResult.refused("connection refused"));
            assertThat(lookups.poll(10, TimeUnit.SECONDS))
                    .as("the check's own lookup")
                    .isEqualTo("b");
            moving.refresh("b").get(10, TimeUnit.SECONDS); // until an answer is known, whoever asked
            assertThat(check.run(place, new Deadline(Ticker.SYSTEM, LONG))).isEqualTo(CheckResult.passed("status 200"));
        }
    }

    @Test
    void aNameThatNobodyKnows() {
        try (Resolver none = new Resolver(
                host -> {
                    throw new UnknownHostException(host);
                },
                Duration.ofDays(1))) {
            assertThat(new TcpCheck(new Connector(none)).run(new Place("b", 80), new Deadline(Ticker.SYSTEM, LONG)))
                    .isEqualTo(CheckResult.failed("b cannot be resolved"));
        }
    }

    @Test
    void aLookupThatTakesTooLong() {
        CompletableFuture<List<InetAddress>> never = new CompletableFuture<>();
        try (Resolver slow = new Resolver(_ -> never.join(), Duration.ofDays(1))) {
            assertThat(new TcpCheck(new Connector(slow)).run(new Place("b", 80), new Deadline(Ticker.SYSTEM, SHORT)))
                    .isEqualTo(CheckResult.failed("timeout after 200ms, resolving b"));
            never.complete(List.of());
        }
    }

    /** With IPv6 where this JVM has it; without, which is how the build runs, the reason says so. */
    @Test
    void anIpv6Literal() throws Exception {
        ServerSocket listener;
        try {
            listener = new ServerSocket(0, 1, InetAddress.ofLiteral("::1"));
        } catch (SocketException e) {
            assertThat(run(terms("GET", "/", null), new Place("::1", 1), LONG))
                    .isEqualTo(CheckResult.failed("an address of a family that this machine does not use"));
            return;
        }
        try (listener) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> serveOnce(listener));
            assertThat(run(terms("GET", "/", null), new Place("::1", listener.getLocalPort()), LONG))
                    .isEqualTo(CheckResult.passed("status 200"));
            served.get(10, TimeUnit.SECONDS);
        }
    }

    private static void serveOnce(ServerSocket listener) {
        try (Socket socket = listener.accept()) {
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
