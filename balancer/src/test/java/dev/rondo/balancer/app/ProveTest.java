package dev.rondo.balancer.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.testkit.Messages;
import dev.rondo.balancer.testkit.RawBackend;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code rondo prove}: its command line, its statuses and its end. */
class ProveTest {
    private static Program.Ended inProcess(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line =
                RondoCommand.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(List.of("prove"));
        all.addAll(List.of(arguments));
        return new Program.Ended(line.execute(all.toArray(String[]::new)), out.toString(), err.toString());
    }

    @Test
    void nothingFailedIsZero() throws Exception {
        try (RawBackend backend = RawBackend.answering(Messages.OK)) {
            Program.Ended ended =
                    inProcess("http://127.0.0.1:" + backend.port(), "--requests=50", "--rate=0", "--json");
            assertThat(ended.status()).isZero();
            JsonObject ledger = JsonParser.create(ended.out()).readJsonObject();
            assertThat(ledger.intValue("sent", 0)).isEqualTo(50);
            assertThat(ledger.booleanValue("ok", false)).isTrue();
            assertThat(backend.requests()).hasSize(50);
        }
    }

    @Test
    void anotherHostIsAskedFor() throws Exception {
        try (RawBackend backend = RawBackend.answering(Messages.OK)) {
            String url = "http://127.0.0.1:" + backend.port() + "/a";
            Program.Ended ended = inProcess(url, "--requests=9", "--rate=0", "--host=shop.test:81");
            assertThat(ended.status()).isZero();
            assertThat(ended.out()).contains(url + " with Host: shop.test:81, ids ");
            assertThat(backend.requests()).hasSize(9).allSatisfy(request -> assertThat(request.values("Host"))
                    .containsExactly("shop.test:81"));
            ended = inProcess(url, "--requests=1");
            assertThat(ended.out()).contains(url + ", ids ");
            assertThat(backend.requests().getLast().values("Host")).containsExactly("127.0.0.1:" + backend.port());
        }
    }

    @Test
    void aFailureIsOne() throws Exception {
        try (RawBackend backend = RawBackend.answering("HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n")) {
            Program.Ended ended = inProcess("http://127.0.0.1:" + backend.port(), "--requests=2", "--prefix=mine");
            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.out()).contains("mine-1", "status-503").endsWith("NOT OK: 2 of 2 requests failed\n");
            assertThat(ended.err()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://a/|https://a/ is not http://HOST[:PORT][/PATH]",
                "a b|a b is not a URL",
                "http://u:p@a/|is not http://HOST",
                "http://a --rate=-1|--rate takes 0 to 1000000",
                "http://a --requests=0|--requests takes 1 or more",
                "http://a --connections=0|--connections takes 1 to 20000",
                "http://a --post-share=1.1|--post-share takes 0 to 1",
                "http://a --new-connection-share=NaN|--new-connection-share takes 0 to 1",
                "http://a --duration=10|\"10\" is not a time",
                "http://a --duration=0s|--duration takes more than 0",
                "http://a --duration=5s --warmup=5s|--warmup takes 0 or more, and less than --duration",
                "http://a --timeout=0ms|--timeout takes 1ms to 30 days",
                "http://a --post-path=x|--post-path takes a path",
                "http://a --prefix=a/b|--prefix takes",
                "http://a --host=a/b|--host takes a host",
                "http://a --host=|--host takes a host",
            })
    void whatCannotBeAskedIsTwo(String arguments, String why) {
        String[] words = arguments.equals("a b") ? new String[] {arguments} : arguments.split(" ", -1);
        Program.Ended ended = inProcess(words);
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).contains(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void aSignalEndsItWithItsLedger(String signal) throws Exception {
        try (RawBackend backend = RawBackend.answering(Messages.OK);
                Program program = Program.start(
                        "prove", "http://127.0.0.1:" + backend.port(), "--duration=1h", "--rate=100", "--json")) {
            for (int i = 0; i < 20; i++) backend.takeRequest();
            program.signal(signal);
            Program.Ended ended = program.ended();
            JsonObject ledger = JsonParser.create(ended.out()).readJsonObject();
            assertThat(ended.status()).as(ended.err()).isZero();
            assertThat(ledger.intValue("good", 0))
                    .isEqualTo(ledger.intValue("sent", -1))
                    .isEqualTo(20 + backend.requests().size());
        }
    }
}
