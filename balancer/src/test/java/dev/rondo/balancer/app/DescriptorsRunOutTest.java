package dev.rondo.balancer.app;

import static dev.rondo.balancer.testkit.Messages.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Answer;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.RawBackend;
import dev.rondo.balancer.testkit.RawClient;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A process that may open 256 files, and clients that want more. */
@DisabledOnOs(OS.WINDOWS)
class DescriptorsRunOutTest {
    private static final String CLOSING = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    private static final int TRIES = 1_000;
    private static final int CLIENTS = 300;
    private static final int ADMIN_CLIENTS = 60;

    private record Ports(int data, int admin) {
        static Ports of(Program program) throws Exception {
            String[] words = program.awaitLine("ports ").split(" ", -1);
            return new Ports(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
        }
    }

    private static Program start(EngineKind engine, RawBackend... backends) throws IOException {
        Stream<String> ports = Arrays.stream(backends).map(backend -> String.valueOf(backend.port()));
        String[] arguments = Stream.concat(Stream.of(engine.name()), ports).toArray(String[]::new);
        return Program.startClass(Program.limitedTo(256), List.of(), Starved.class, arguments);
    }

    private static void take(Program program) throws Exception {
        program.tell("take");
        program.awaitLine("done take");
    }

    /** Everybody is served in the end, while the first clients hold on to their connections as long as they are served. */
    @BothEngines
    void moreClientsThanDescriptorsWaitForTheirTurn(EngineKind engine) throws Exception {
        Deque<RawClient> clients = new ArrayDeque<>();
        try (RawBackend backend = RawBackend.echoing();
                Program program = start(engine, backend)) {
            Ports ports = Ports.of(program);
            for (int i = 0; i < ADMIN_CLIENTS; i++) clients.addLast(RawClient.connect(ports.admin));
            for (RawClient idle = clients.pollFirst(); idle != null; idle = clients.pollFirst()) idle.close();
            for (int i = 0; i < CLIENTS; i++) {
                RawClient client = RawClient.connect(ports.data);
                client.send(get("/" + i));
                clients.addLast(client);
            }
            assertThat(RawClient.ask(ports.admin, "/health/live").status()).isEqualTo(200);
            for (int i = 0; i < CLIENTS; i++) {
                RawClient client = clients.removeFirst();
                assertThat(client.answer().body()).isEqualTo("GET|/" + i + "|");
                client.close();
            }
            assertThat(RawClient.ask(ports.data, "/").status()).isEqualTo(200);
            assertThat(program.err()).doesNotContain("terminating", "Too many open files", "open again");
        } finally {
            for (RawClient client : clients) client.close();
        }
    }

    /** What takes the descriptors here is not the balancer, so that no care of its own can prevent it. */
    @BothEngines
    void bothPortsOpenAgainWhenDescriptorsAreBack(EngineKind engine) throws Exception {
        try (RawBackend backend = RawBackend.echoing();
                Program program = start(engine, backend)) {
            Ports ports = Ports.of(program);
            assertThat(RawClient.ask(ports.data, "/").status()).isEqualTo(200);
            assertThat(RawClient.ask(ports.admin, "/health/live").status()).isEqualTo(200);
            take(program);
            awaitRefused(ports.data);
            awaitRefused(ports.admin);
            program.tell("give");
            int status = awaitAnswer(ports.data, "/");
            // the port may be open before the last descriptor is back
            for (int i = 0; i < TRIES && status != 200; i++) status = awaitAnswer(ports.data, "/");
            assertThat(status).as(program.err()).isEqualTo(200);
            awaitAnswer(ports.admin, "/health/live"); // which is 500 where a class could not be loaded meanwhile
            program.awaitWritten("server: port " + ports.data + " was closed by a failed accept, and is open again");
            program.awaitWritten("admin: port " + ports.admin + " was closed by a failed accept, and is open again");
        }
    }

    /** It was not their fault: none has failed, and none is benched. */
    @BothEngines
    void backendsThatCannotBeConnectedToAreNotBlamed(EngineKind engine) throws Exception {
        try (RawBackend one = RawBackend.answering(CLOSING);
                RawBackend other = RawBackend.answering(CLOSING);
                Program program = start(engine, one, other)) {
            Ports ports = Ports.of(program);
            assertThat(pools(ports)).contains("\"failures\":0");
            try (RawClient client = RawClient.connect(ports.data)) {
                for (int failed = 0; failed < 20; ) {
                    Answer answer = ask(client);
                    if (answer.status() == 200) { // a connection that was still to be closed leaves its descriptor
                        take(program);
                        continue;
                    }
                    assertThat(answer.status()).isEqualTo(503);
                    assertThat(answer.body()).contains("no-socket");
                    failed++;
                }
                program.tell("give");
                program.awaitLine("done give");
                assertThat(ask(client).status()).isEqualTo(200);
            }
            awaitAnswer(ports.admin, "/health/live"); // its port may have been closed meanwhile
            assertThat(pools(ports).split("\"failures\":0", -1)).hasSize(3);
            assertThat(pools(ports)).doesNotContain("ejected");
        }
    }

    private static Answer ask(RawClient client) throws IOException {
        client.send(get("/"));
        return client.answer();
    }

    private static String pools(Ports ports) throws IOException {
        return RawClient.ask(ports.admin, "/api/v1/pools").body();
    }

    /** Asks until somebody answers: both are looked after every second. */
    private static int awaitAnswer(int port, String target) {
        while (true) {
            try {
                return RawClient.ask(port, target).status();
            } catch (IOException e) { // refused, or reset in the moment in which the port is tried
                Thread.onSpinWait();
            }
        }
    }

    private static void awaitRefused(int port) throws IOException {
        while (true) {
            try (RawClient client = RawClient.connect(port)) {
                client.send(get("/"));
                client.finish();
                client.rest();
            } catch (ConnectException e) {
                return;
            } catch (IOException e) {
                // reset: the listener is about to end
            }
        }
    }
}
