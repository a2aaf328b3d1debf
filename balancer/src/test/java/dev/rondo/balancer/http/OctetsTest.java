package dev.rondo.balancer.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The small pieces: classes of octets, names, methods, the sink, the date. */
class OctetsTest {
    @Test
    void classesAreThoseOfTheGrammar() {
        for (int c = 0; c < 256; c++) {
            byte octet = (byte) c;
            String one = String.valueOf((char) c);
            assertThat(Octets.is(Octets.TOKEN, octet))
                    .as("token %d", c)
                    .isEqualTo(one.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]"));
            assertThat(Octets.is(Octets.VALUE, octet)).as("value %d", c).isEqualTo(one.matches("[\\t -~\\x80-\\xff]"));
            assertThat(Octets.is(Octets.TARGET, octet)).as("target %d", c).isEqualTo(one.matches("[!-~&&[^#]]"));
            assertThat(Octets.is(Octets.HOST, octet))
                    .as("host %d", c)
                    .isEqualTo(one.matches("[0-9A-Za-z._~%!$&'()*+;=-]"));
            assertThat(Octets.isSpace(octet)).as("space %d", c).isEqualTo(one.matches("[ \\t]"));
            assertThat(Octets.hex(octet))
                    .as("hex %d", c)
                    .isEqualTo(one.matches("[0-9A-Fa-f]") ? Character.digit(c, 16) : -1);
            assertThat(Octets.lower(octet)).as("lower %d", c).isEqualTo(one.matches("[A-Z]") ? (byte) (c + 32) : octet);
        }
    }

    @ParameterizedTest
    @EnumSource(FieldName.class)
    void everyNameIsFoundInAnyCase(FieldName name) {
        if (name == FieldName.OTHER) return;
        String text = name.name().replace('_', '-');
        for (String each : new String[] {text, text.toLowerCase(java.util.Locale.ROOT), "A" + text, text + "a"}) {
            byte[] bytes = Octets.ascii("::" + each + ":");
            FieldName expected = each.length() == text.length() ? name : FieldName.OTHER;
            assertThat(FieldName.of(bytes, 2, bytes.length - 1)).as(each).isEqualTo(expected);
        }
        byte[] other = Octets.ascii("?" + text.substring(1));
        assertThat(FieldName.of(other, 0, other.length)).isEqualTo(FieldName.OTHER);
    }

    @Test
    void methodsAreFoundByTheirExactCase() {
        for (Method method : Method.values()) {
            byte[] bytes = Octets.ascii(" " + method + " ");
            assertThat(Method.of(bytes, 1, bytes.length - 1)).isEqualTo(method);
            assertThat(Method.of(bytes, 1, bytes.length - 2)).isNull();
        }
        assertThat(Method.of(Octets.ascii("get"), 0, 3)).isNull();
        assertThat(java.util.Arrays.stream(Method.values()).filter(m -> !m.isIdempotent()))
                .containsExactly(Method.POST, Method.PATCH, Method.CONNECT);
    }

    @ParameterizedTest
    @CsvSource({"0", "9", "10", "99", "100", "1234567890", "9223372036854775807"})
    void numbersAreWrittenInDecimal(long number) {
        assertThat(new ByteSink(0).put("x").putDecimal(number)).hasToString("x" + number);
    }

    @Test
    void aSinkGrowsAndIsEmptied() {
        ByteSink sink = new ByteSink(1)
                .put("abc")
                .put(0xe9)
                .put(Octets.ascii("0123"), 1, 3)
                .putHex(0x1fL);
        assertThat(sink).hasToString("abc\u00e912000000000000001f");
        assertThat(sink.length()).isEqualTo(22);
        assertThat(sink.clear().length()).isZero();
        assertThat(sink.put("z")).hasToString("z");
        assertThat(new ByteSink(0).putHex(-1L)).hasToString("ffffffffffffffff");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 'Thu, 01 Jan 1970 00:00:00 GMT'",
        "999, 'Thu, 01 Jan 1970 00:00:00 GMT'",
        "784111777000, 'Sun, 06 Nov 1994 08:49:37 GMT'",
        "951782400000, 'Tue, 29 Feb 2000 00:00:00 GMT'",
        "-1, 'Wed, 31 Dec 1969 23:59:59 GMT'"
    })
    void datesAreImfFixdates(long millis, String expected) {
        HttpDate date = new HttpDate();
        assertThat(date.at(1)).asString().endsWith("00:00:00 GMT");
        assertThat(date.at(millis)).asString().isEqualTo(expected);
        assertThat(date.at(millis)).isSameAs(date.at(millis));
    }
}
