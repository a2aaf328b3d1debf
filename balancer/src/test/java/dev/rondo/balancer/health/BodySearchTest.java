package dev.rondo.balancer.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BodySearchTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean add(BodySearch search, String text) {
        byte[] bytes = bytes(text);
        return search.add(bytes, bytes.length);
    }

    @Test
    void findsTheTextWhereverTheReadsCutIt() {
        byte[] body = bytes("status: älles ok, alles oklar");
        for (int cut = 0; cut <= body.length; cut++) {
            BodySearch search = new BodySearch("älles ok");
            byte[] rest = Arrays.copyOfRange(body, cut, body.length);
            boolean early = search.add(body, cut);
            assertThat(early || search.add(rest, rest.length)).isTrue();
        }
    }

    @Test
    void findsItByteByByte() {
        BodySearch search = new BodySearch("aab");
        boolean found = false;
        for (byte b : bytes("xaaab")) found = search.add(new byte[] {b}, 1);
        assertThat(found).isTrue();
    }

    @Test
    void looksAtNoMoreThanTheLimit() {
        BodySearch inside = new BodySearch("ok");
        assertThat(add(inside, "x".repeat(BodySearch.LIMIT - 2) + "ok")).isTrue();
        BodySearch across = new BodySearch("ok");
        assertThat(add(across, "x".repeat(BodySearch.LIMIT - 1) + "ok")).isFalse();
        assertThat(across.isFull()).isTrue();
        assertThat(add(across, "ok")).isFalse();
    }

    @Test
    void bytesBehindTheCountAreNotThere() {
        assertThat(new BodySearch("ok").add(bytes("ok"), 1)).isFalse();
    }
}
