package dev.rondo.balancer.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.HeadersConfig;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** What a backend is told about the client, and what a pool's rules make of the fields. */
@SuppressWarnings("StringConcatToTextBlock") // HTTP ends its lines with CRLF, a text block with LF
class ForwardingTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\n";

    private static RequestHead parsed(String text) throws BadMessage {
        RequestHead head = new RequestHead(Limits.DEFAULT);
        assertThat(head.feed(ByteBuffer.wrap(Octets.ascii(text + "\r\n")))).isTrue();
        head.parse();
        return head;
    }

    private static List<String> fields(String text, Forwarding forwarding, HeaderRules rules) throws BadMessage {
        ByteSink out = new ByteSink(16);
        parsed(text).writeTo(out, forwarding, rules, Trial.AUTHORITY, Trial.REQUEST_ID);
        List<String> lines = out.toString().lines().toList();
        return lines.subList(1, lines.size() - 1);
    }

    private static HeaderRules rules(Map<String, String> set, Map<String, String> add, String... remove) {
        SequencedMap<String, String> sets = new LinkedHashMap<>(set);
        return new HeaderRules(new HeadersConfig.Rules(sets, new LinkedHashMap<>(add), List.of(remove)));
    }

    @Test
    void anUntrustedClientIsNotBelieved() throws BadMessage {
        Forwarding forwarding = new Forwarding("192.0.2.7", false, true, "rondo");
        String text = GET + "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\n"
                + "Forwarded: for=evil\r\n";
        assertThat(fields(text, forwarding, HeaderRules.NONE))
                .containsExactly(
                        "Host: a.test",
                        "X-Forwarded-For: 192.0.2.7",
                        "X-Forwarded-Proto: http",
                        "X-Forwarded-Host: a.test",
                        "Forwarded: for=192.0.2.7;proto=http;host=\"a.test\"",
                        "Via: 1.1 rondo",
                        "X-Request-Id: 0123456789abcdef");
        assertThat(forwarding.client(parsed(text))).isEqualTo("192.0.2.7");
    }

    @Test
    void aTrustedProxyIsBelievedAndJoined() throws BadMessage {
        Forwarding forwarding = new Forwarding("2001:db8::1", true, true, "edge");
        String text = GET + "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\nx-forwarded-for: 8.8.8.8\r\n"
                + "Forwarded: for=9.9.9.9\r\nX-Request-Id: r\r\n";
        assertThat(fields(text, forwarding, HeaderRules.NONE))
                .containsExactly(
                        "Host: a.test",
                        "X-Forwarded-Proto: https",
                        "Forwarded: for=9.9.9.9",
                        "X-Request-Id: r",
                        "X-Forwarded-For: 9.9.9.9, 8.8.8.8, 2001:db8::1",
                        "X-Forwarded-Host: a.test",
                        "Forwarded: for=\"[2001:db8::1]\";proto=http;host=\"a.test\"",
                        "Via: 1.1 edge");
    }

    @Test
    void theClientIsTheLastOneThatATrustedProxyNames() throws BadMessage {
        Forwarding forwarding = new Forwarding("10.0.0.1", true, false, "rondo");
        assertThat(forwarding.client(parsed(GET + "X-Forwarded-For: 1.1.1.1, 2.2.2.2 \r\n")))
                .isEqualTo("2.2.2.2");
        assertThat(forwarding.client(parsed(GET + "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n")))
                .isEqualTo("2.2.2.2");
        assertThat(forwarding.client(parsed(GET + "X-Forwarded-For: 1.1.1.1,\r\n")))
                .isEqualTo("10.0.0.1");
        assertThat(forwarding.client(parsed(GET))).isEqualTo("10.0.0.1");
    }

    @Test
    void rulesRemoveSetAndAdd() throws BadMessage {
        HeaderRules rules = rules(Map.of("x-B", "set"), Map.of("X-C", "added"), "x-a");
        List<String> fields = fields(
                GET + "X-A: 1\r\nX-B: 2\r\nX-C: 3\r\nX-b: 4\r\nX-Ab: 5\r\n",
                new Forwarding("192.0.2.7", false, false, "rondo"),
                rules);
        assertThat(fields).startsWith("Host: a.test", "X-C: 3", "X-Ab: 5").endsWith("x-B: set", "X-C: added");
        assertThat(fields)
                .noneMatch(line -> line.startsWith("X-A:") || line.startsWith("X-B:") || line.startsWith("X-b:"));
    }

    @Test
    void aRuleMaySetHost() throws BadMessage {
        assertThat(fields(GET, Trial.DIRECT, rules(Map.of("HOST", "inner"), Map.of())))
                .startsWith("Host: inner")
                .doesNotContain("Host: a.test")
                .contains("X-Forwarded-Host: a.test");
    }

    /** Behind something that ends TLS, say: a field that is set is there once. */
    @Test
    void aRuleWinsOverWhatRondoWouldSay() throws BadMessage {
        HeaderRules rules = rules(
                Map.of("x-forwarded-proto", "https", "X-Request-Id", "fixed"),
                Map.of(),
                "X-Forwarded-Host",
                "Forwarded");
        assertThat(fields(GET + "X-Request-Id: client\r\n", Trial.DIRECT, rules))
                .containsExactlyInAnyOrder(
                        "Host: a.test",
                        "X-Forwarded-For: 192.0.2.7",
                        "Via: 1.1 rondo",
                        "x-forwarded-proto: https",
                        "X-Request-Id: fixed");
        assertThat(fields(GET, Trial.DIRECT, rules))
                .filteredOn(line -> line.startsWith("X-Request-Id"))
                .containsExactly("X-Request-Id: fixed");
    }
}
