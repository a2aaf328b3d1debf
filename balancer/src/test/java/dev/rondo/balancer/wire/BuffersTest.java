package dev.rondo.balancer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a lane lends for reading. */
class BuffersTest {
    private static final int MANY = 1_000;

    @Test
    void aLongBodyGetsALongBufferAndAShortOneDoesNot() throws Exception {
        try (Engine engine = Engine.start(EngineKind.VIRTUAL_THREADS, 1, Ticker.SYSTEM)) {
            Buffers buffers = engine.lanes().getFirst().buffers();
            for (long left : new long[] {0, 1, Buffers.PAYLOAD}) {
                ByteBuffer buffer = buffers.takeFor(left);
                assertThat(buffer.remaining()).isEqualTo(Buffers.PAYLOAD);
                assertThat(buffer.position()).isEqualTo(Buffers.FRONT);
                assertThat(buffer.capacity()).isEqualTo(buffer.limit() + Buffers.MARGIN);
                buffers.give(buffer);
            }
            ByteBuffer longer = buffers.takeFor(Buffers.PAYLOAD + 1);
            assertThat(longer.remaining()).isGreaterThan(Buffers.PAYLOAD);
            assertThat(longer.position()).isEqualTo(Buffers.FRONT);
            assertThat(longer.capacity()).isEqualTo(longer.limit() + Buffers.MARGIN);
            int payload = longer.remaining();
            buffers.give(longer);
            assertThat(buffers.takeFor(payload)).isSameAs(longer);
            ByteBuffer longest = buffers.takeFor(payload + 1);
            assertThat(longest.remaining()).isGreaterThan(payload);
            buffers.give(longest);
            assertThat(buffers.takeFor(Long.MAX_VALUE)).isSameAs(longest);
        }
    }

    @Test
    void longOnesAreFewAndComeBack() throws Exception {
        try (Engine engine = Engine.start(EngineKind.VIRTUAL_THREADS, 1, Ticker.SYSTEM)) {
            Buffers buffers = engine.lanes().getFirst().buffers();
            List<ByteBuffer> taken = new ArrayList<>();
            for (int i = 0; i < MANY; i++) taken.add(buffers.takeFor(Long.MAX_VALUE));
            long most =
                    taken.stream().filter(b -> b.remaining() > Buffers.PAYLOAD).count();
            assertThat(most).isBetween(1L, 100L);
            taken.forEach(buffers::give);
            IdentityHashMap<ByteBuffer, Boolean> known = new IdentityHashMap<>();
            for (ByteBuffer buffer : taken) known.put(buffer, true);

            List<ByteBuffer> again = new ArrayList<>();
            for (int i = 0; i < MANY; i++) again.add(buffers.takeFor(Long.MAX_VALUE));
            assertThat(again.stream().filter(b -> b.remaining() > Buffers.PAYLOAD))
                    .hasSize((int) most)
                    .allMatch(known::containsKey);
        }
    }
}
