package dev.rondo.balancer.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class LineFormatTest {
    /** Of a line whose escapes have been flattened: a pattern that knew them would recurse for each octet. */
    private static final String FIELD = "[^\"\\\\ ]+";

    private static final Pattern COMMON =
            Pattern.compile(FIELD + " - - \\[[^]]+] \"" + FIELD + " " + FIELD + " " + FIELD + "\" \\d+ \\d+");
    private static final Pattern COMBINED = Pattern.compile(COMMON.pattern() + " \"[^\"\\\\]+\" \"[^\"\\\\]+\"");

    private static String line(LineFormat format, Exchange exchange) {
        LineBuffer out = new LineBuffer(16);
        format.append(exchange, out);
        return StandardCharsets.US_ASCII.decode(out.view()).toString();
    }

    @Test
    void jsonTellsOfEveryAttempt() {
        Exchange exchange = Exchanges.exchange(
                "GET",
                "/a?b=\"c\"",
                "default",
                List.of(
                        new Attempt(Exchanges.ONE, "", false, Reason.CONNECT_REFUSED, 0, 12_345, 678_900),
                        Exchanges.attempt(Exchanges.TWO, Reason.OK, 200, 1_500_000)),
                200,
                2_345_678,
                Reason.OK);
        assertThat(line(new JsonLine(), exchange)).isEqualTo("""
                        {"time":"2026-11-23T03:10:12.007Z","client":"192.0.2.7","method":"GET","target":"/a?b=\\"c\\"",\
                        "version":"HTTP/1.1","host":"example.com","referer":null,"user_agent":"curl/8.5","status":200,\
                        "bytes_in":3,"bytes_out":9,"duration_ms":2.345,"upstream_duration_ms":1.500,"pool":"default",\
                        "backend":"server-2","attempts":[{"backend":"server-1","address":null,"reused":false,\
                        "outcome":"connect-refused","status":null,"start_ms":0.012,"duration_ms":0.678},\
                        {"backend":"server-2","address":"127.0.0.1:5000","reused":true,"outcome":"ok","status":200,\
                        "start_ms":0.040,"duration_ms":1.500}],"request_id":"0af7651916cd43dd","trace_id":null,\
                        "ended_by":"none","reason":"ok"}
                        """);
    }

    @Test
    void jsonOfARequestThatReachedNoBackend() {
        JsonObject line = JsonParser.create(line(new JsonLine(), Exchanges.refused(null, Reason.NO_ROUTE, 404)))
                .readJsonObject();
        assertThat(line.toString())
                .contains("\"upstream_duration_ms\":null,\"pool\":null,\"backend\":null,\"attempts\":[]")
                .contains("\"ended_by\":\"rondo\",\"reason\":\"no-route\"");
    }

    @Test
    void commonAndCombined() {
        Exchange exchange = Exchanges.answered(Exchanges.ONE, "GET", 200, 5);
        String common = "192.0.2.7 - - [23/Nov/2026:03:10:12 +0000] \"GET / HTTP/1.1\" 200 9";
        assertThat(line(new CommonLine(false), exchange)).isEqualTo(common + "\n");
        assertThat(line(new CommonLine(true), exchange)).isEqualTo(common + " \"-\" \"curl/8.5\"\n");
    }

    @Test
    void whatCannotBePrintedIsEscaped() {
        Exchange exchange = Exchanges.withTarget("/\n\r\t\0\u007f\u0080\u00e9\u2028\"\\ x");
        assertThat(line(new CommonLine(false), exchange))
                .contains("\"GET /\\x0a\\x0d\\x09\\x00\\x7f\\x80\\xe9\\u2028\\\"\\\\\\x20x HTTP/1.1\"");
        assertThat(line(new JsonLine(), exchange))
                .contains("\"/\\u000a\\u000d\\u0009\\u0000\\u007f\\u0080\\u00e9\\u2028\\\"\\\\ x\"");
    }

    @Test
    void anUnreadableRequestLineLeavesHyphens() {
        Exchange exchange = Exchanges.exchange("", "", null, List.of(), 400, 5, Reason.BAD_REQUEST);
        assertThat(line(new CommonLine(false), exchange)).contains("\"- - HTTP/1.1\" 400");
    }

    @Property
    void aJsonLineIsOneObjectThatSaysWhatWasSent(@ForAll("hostile") String text) {
        String line = line(new JsonLine(), Exchanges.allFields(text));
        assertOneAsciiLine(line);
        JsonObject object = JsonParser.create(line).readJsonObject();
        String wellFormed = text.replaceAll("\\p{Cs}", "\ufffd"); // unpaired surrogates, which no byte ever becomes
        assertThat(object.keysAsStrings()).hasSize(20);
        for (String name : List.of("client", "method", "target", "version", "host", "referer", "user_agent")) {
            assertThat(object.stringValue(name)).as(name).contains(wellFormed);
        }
    }

    @Property
    void aCommonLineHasTheSameFieldsWhateverWasSent(@ForAll("hostile") String text) {
        String common = line(new CommonLine(false), Exchanges.allFields(text));
        assertOneAsciiLine(common);
        assertThat(flat(common)).matches(COMMON);
        String combined = line(new CommonLine(true), Exchanges.allFields(text));
        assertOneAsciiLine(combined);
        assertThat(flat(combined)).matches(COMBINED);
    }

    @Property
    void escapingIsUndone(@ForAll("hostile") String text) {
        LineBuffer out = new LineBuffer(1);
        out.quoted(text);
        assertThat(unescaped(StandardCharsets.US_ASCII.decode(out.view()).toString()))
                .isEqualTo(text);
    }

    @Provide
    Arbitrary<String> hostile() {
        List<Character> likely = new ArrayList<>();
        for (char c : "\"\\ []{}:,\n\r\0\u007f\u0085\u00ff\u2028\u2029\ud800ux0-".toCharArray()) {
            likely.add(c);
        }
        return Arbitraries.oneOf(
                Arbitraries.of(likely).list().ofMaxSize(20).map(list -> {
                    StringBuilder text = new StringBuilder();
                    list.forEach(text::append);
                    return text.toString();
                }),
                Arbitraries.strings().all().ofMaxLength(40));
    }

    /** The line without its end, and a letter for each escape. */
    private static String flat(String line) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < line.length() - 1; i++) {
            boolean escape = line.charAt(i) == '\\' && i + 1 < line.length() - 1;
            if (escape) i++;
            text.append(escape ? 'e' : line.charAt(i));
        }
        return text.toString();
    }

    private static void assertOneAsciiLine(String line) {
        assertThat(line).endsWith("\n");
        assertThat(line.substring(0, line.length() - 1)).matches("[\\x20-\\x7e]*");
    }

    private static String unescaped(String escaped) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char kind = escaped.charAt(++i);
            int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : 0;
            if (digits == 0) {
                text.append(kind);
            } else {
                text.append((char) Integer.parseInt(escaped.substring(i + 1, i + 1 + digits), 16));
                i += digits;
            }
        }
        return text.toString();
    }
}
