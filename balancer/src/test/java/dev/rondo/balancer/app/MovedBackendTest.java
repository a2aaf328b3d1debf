package dev.rondo.balancer.app;

import static dev.rondo.balancer.testkit.Configurations.on;
import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.proxy.Graces;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A backend whose name gets another address while the balancer runs. */
class MovedBackendTest {
    /** How long a name is looked up again within a request. */
    private static final long LOOK_UP_NANOS = 250_000_000;

    private static final Duration NEVER = Duration.ofHours(1);

    /** A name service of one name. */
    private static final class Names implements Resolver.Lookup {
        private final BlockingQueue<List<InetAddress>> asked = new LinkedBlockingQueue<>();
        private volatile List<InetAddress> addresses = List.of();

        void set(String... literals) {
            addresses = List.of(literals).stream().map(InetAddress::ofLiteral).toList();
        }

        @Override
        public List<InetAddress> addresses(String host) throws UnknownHostException {
            List<InetAddress> now = addresses;
            asked.add(now);
            if (now.isEmpty()) throw new UnknownHostException(host);
            return now;
        }

        /** Waits until what is set now has been told twice: whoever was told first has taken it in then. */
        void awaitTold() throws InterruptedException {
            List<InetAddress> now = addresses;
            for (int told = 0; told < 2; ) {
                List<InetAddress> next = asked.poll(30, TimeUnit.SECONDS);
                if (next == null) throw new AssertionError("nobody asks");
                if (next.equals(now)) told++;
            }
        }
    }

    private static Rondo start(EngineKind engine, int port, Names names, Duration refresh) throws IOException {
        return Rondo.start(
                on(engine)
                        .backend("moved.test", port)
                        .dnsRefresh(refresh)
                        .connect(Duration.ofSeconds(2))
                        .build(),
                new Surroundings(names, Graces.USUAL));
    }

    private static String ask(Rondo rondo) throws IOException {
        try (RawClient client = RawClient.connect(rondo.port())) {
            client.send(get("/"));
            var answer = client.answer();
            return answer.status() + " " + answer.body();
        }
    }

    @BothEngines
    @EnabledOnOs(OS.LINUX) // elsewhere 127.0.0.2 is no address of the machine
    void aRefusedConnectionLooksTheNameUpAgain(EngineKind engine) throws Exception {
        Names names = new Names();
        names.set("127.0.0.2");
        try (RawBackend backend = RawBackend.echoing();
                Rondo rondo = start(engine, backend.port(), names, NEVER)) {
            assertThat(ask(rondo)).startsWith("502 ").contains("connect-refused");
            names.set("127.0.0.1");
            String answer;
            long begun;
            do { // once more where the machine has paused for as long as the look-up may take
                begun = System.nanoTime();
                answer = ask(rondo);
            } while (answer.startsWith("502 ") && System.nanoTime() - begun >= LOOK_UP_NANOS);
            assertThat(answer).isEqualTo("200 GET|/|");
        }
    }

    @BothEngines
    @EnabledOnOs(OS.LINUX)
    void keptConnectionsToAnOldAddressAreLeft(EngineKind engine) throws Exception {
        Names names = new Names();
        names.set("127.0.0.1");
        try (RawBackend old = RawBackend.echoing();
                ServerSocket moved = new ServerSocket(old.port(), 50, InetAddress.ofLiteral("127.0.0.2"));
                Rondo rondo = start(engine, old.port(), names, Duration.ofMillis(20))) {
            Thread.ofVirtual().start(() -> answer(moved));
            assertThat(ask(rondo)).isEqualTo("200 GET|/|");
            names.set("127.0.0.2");
            names.awaitTold();
            assertThat(ask(rondo)).isEqualTo("200 moved");
            assertThat(ask(rondo)).isEqualTo("200 moved");
        }
    }

    @BothEngines
    void aNameThatCannotBeFoundYetIsFoundLater(EngineKind engine) throws Exception {
        Names names = new Names();
        try (RawBackend backend = RawBackend.echoing();
                Rondo rondo = start(engine, backend.port(), names, NEVER)) {
            assertThat(ask(rondo)).startsWith("502 ").contains("dns-error");
            names.set("127.0.0.1");
            assertThat(ask(rondo)).isEqualTo("200 GET|/|");
        }
    }

    @BothEngines
    void anAddressStaysWhenTheNameServiceFails(EngineKind engine) throws Exception {
        Names names = new Names();
        names.set("127.0.0.1");
        try (RawBackend backend = RawBackend.echoing();
                Rondo rondo = start(engine, backend.port(), names, Duration.ofMillis(20))) {
            assertThat(ask(rondo)).isEqualTo("200 GET|/|");
            names.set();
            names.awaitTold();
            assertThat(ask(rondo)).isEqualTo("200 GET|/|");
        }
    }

    /** Answers one request on each connection. */
    private static void answer(ServerSocket listener) {
        while (true) {
            try (Socket socket = listener.accept()) {
                String head = "";
                while (!head.endsWith("\r\n\r\n"))
                    head += (char) socket.getInputStream().read();
                socket.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nmoved"
                                .getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                return; // closed
            }
        }
    }
}
