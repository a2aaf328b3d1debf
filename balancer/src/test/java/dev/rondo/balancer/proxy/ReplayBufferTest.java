package dev.rondo.balancer.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.http.BadMessage;
import dev.rondo.balancer.http.ChunkedDecoder;
import dev.rondo.balancer.wire.Buffers;
import dev.rondo.balancer.wire.Engine;
import dev.rondo.balancer.wire.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is kept of a body comes out again as it came in, or not at all. */
class ReplayBufferTest {
    private static final int LIMIT = 64 * 1024;

    private static @Nullable Engine engine;

    @BeforeAll
    @BeforeContainer
    static void start() throws IOException {
        if (engine == null) engine = Engine.start(EngineKind.VIRTUAL_THREADS, 1, Ticker.SYSTEM);
    }

    @AfterAll
    @AfterContainer
    static void stop() {
        if (engine != null) engine.close();
        engine = null;
    }

    private static Buffers buffers() {
        if (engine == null) throw new IllegalStateException("not started");
        return engine.lanes().getFirst().buffers();
    }

    private static ReplayBuffer buffer(int limit) {
        ReplayBuffer buffer = new ReplayBuffer(buffers());
        buffer.clear(limit);
        return buffer;
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Everything that is left to be sent, through an {@code out} of so many bytes. */
    private static byte[] replay(ReplayBuffer buffer, int room, boolean chunked) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer out = ByteBuffer.allocateDirect(room);
        while (buffer.hasMore()) {
            buffer.replayTo(out, chunked);
            assertThat(out.flip().hasRemaining()).isTrue();
            while (out.hasRemaining()) all.write(out.get());
            out.clear();
        }
        return all.toByteArray();
    }

    private static byte[] decoded(byte[] chunks) throws BadMessage {
        ChunkedDecoder decoder = new ChunkedDecoder(100);
        ByteBuffer in = ByteBuffer.wrap(chunks);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int run = decoder.next(in); run > 0; run = decoder.next(in)) {
            for (int i = 0; i < run; i++) all.write(in.get());
        }
        assertThat(in.hasRemaining()).isFalse();
        return all.toByteArray();
    }

    @Property(tries = 300)
    void whatWasTakenIsSentAgain(
            @ForAll @Size(min = 1, max = 12) List<@IntRange(max = 9_000) Integer> parts,
            @ForAll @IntRange(min = 9, max = 20_000) int room,
            @ForAll @IntRange(min = 1, max = 11) int failsAfter,
            @ForAll boolean chunked)
            throws BadMessage {
        int total = parts.stream().mapToInt(Integer::intValue).sum();
        byte[] body = bytes(total);
        ByteBuffer in = ByteBuffer.wrap(body);
        ReplayBuffer buffer = buffer(LIMIT);
        int left = failsAfter;
        for (int part : parts) {
            int before = in.position();
            buffer.record(in, part);
            assertThat(in.position()).isEqualTo(before);
            in.position(before + part);
            if (left-- == 0 && !buffer.isGone()) { // that backend failed: all so far again, then it goes on
                buffer.rewind();
                byte[] again = replay(buffer, room, chunked);
                assertThat(chunked ? decoded(again) : again).isEqualTo(java.util.Arrays.copyOf(body, in.position()));
            }
        }
        assertThat(buffer.isGone()).isEqualTo(total > LIMIT);
        if (!buffer.isGone()) {
            buffer.rewind();
            byte[] again = replay(buffer, room, chunked);
            assertThat(chunked ? decoded(again) : again).isEqualTo(body);
        }
        buffer.clear(0);
    }

    @Test
    void theLimitIsHeldAndOneByteMoreIsTooMuch() {
        ReplayBuffer buffer = buffer(LIMIT);
        buffer.record(ByteBuffer.wrap(bytes(LIMIT)), LIMIT);
        assertThat(buffer.length()).isEqualTo(LIMIT);
        assertThat(buffer.isGone()).isFalse();
        buffer.record(text("x"), 1);
        assertThat(buffer.isGone()).isTrue();
        assertThat(buffer.length()).isZero();
        assertThat(buffer.hasMore()).isFalse();
        assertThatThrownBy(buffer::rewind).isInstanceOf(IllegalStateException.class);
        buffer.record(text("y"), 1); // what was let go does not come back by halves
        assertThat(buffer.length()).isZero();
    }

    /** Direct memory is lent by the lane, and the same buffers are there again, each once. */
    @Test
    void memoryIsGivenBackOnce() {
        List<ByteBuffer> lent = take(5);
        lent.forEach(buffers()::give);
        ReplayBuffer buffer = buffer(LIMIT);
        buffer.record(ByteBuffer.wrap(bytes(LIMIT)), LIMIT);
        assertThat(common(lent)).as("while it is held").hasSize(1);
        buffer.record(text("x"), 1);
        assertThat(common(lent)).as("over the limit").hasSize(5);
        buffer.clear(LIMIT);
        buffer.record(ByteBuffer.wrap(bytes(LIMIT)), LIMIT);
        buffer.letGo();
        buffer.letGo();
        assertThat(common(lent)).as("let go").hasSize(5);
        buffer.clear(LIMIT);
        buffer.record(ByteBuffer.wrap(bytes(100)), 100);
        assertThat(common(lent)).as("a short one").hasSize(4);
        buffer.clear(0);
        buffer.clear(0);
        assertThat(common(lent)).as("the end").hasSize(5);
    }

    @Test
    void aRequestWithoutABodyTakesNothing() {
        List<ByteBuffer> lent = take(2);
        lent.forEach(buffers()::give);
        ReplayBuffer buffer = buffer(LIMIT);
        buffer.record(text(""), 0);
        buffer.rewind();
        assertThat(buffer.hasMore()).isFalse();
        assertThat(common(lent)).hasSize(2);
    }

    private static List<ByteBuffer> take(int count) {
        return Stream.generate(buffers()::take).limit(count).toList();
    }

    /** Which of these the lane would lend next. */
    private static Set<ByteBuffer> common(List<ByteBuffer> known) {
        Set<ByteBuffer> free = Collections.newSetFromMap(new IdentityHashMap<>());
        List<ByteBuffer> taken = take(known.size());
        free.addAll(taken);
        assertThat(free).as("none is lent twice").hasSize(taken.size());
        for (int i = taken.size() - 1; i >= 0; i--) buffers().give(taken.get(i));
        Set<ByteBuffer> before = Collections.newSetFromMap(new IdentityHashMap<>());
        before.addAll(known);
        free.removeIf(buffer -> !before.contains(buffer));
        return free;
    }

    @Test
    void aBodyNeverGoesOutInDisorder() {
        ReplayBuffer buffer = buffer(LIMIT);
        buffer.record(text("abc"), 3);
        buffer.rewind();
        assertThatThrownBy(() -> buffer.record(text("d"), 1)).isInstanceOf(IllegalStateException.class);
        assertThat(replay(buffer, 2, false)).isEqualTo("abc".getBytes(StandardCharsets.ISO_8859_1));
        buffer.record(text("d"), 1);
        buffer.rewind();
        assertThat(replay(buffer, 100, true)).isEqualTo("4\r\nabcd\r\n".getBytes(StandardCharsets.ISO_8859_1));
        buffer.clear(0);
    }

    @Test
    void lettingGoWaitsForWhatIsBeingSent() {
        ReplayBuffer buffer = buffer(LIMIT);
        buffer.record(text("abc"), 3);
        buffer.rewind();
        buffer.letGo();
        assertThat(replay(buffer, 1, false)).isEqualTo("abc".getBytes(StandardCharsets.ISO_8859_1));
        buffer.record(text("d"), 1);
        assertThat(buffer.isGone()).isTrue();
        assertThat(buffer.length()).isZero();
    }

    @Test
    void noRoomIsNoProgress() {
        ReplayBuffer buffer = buffer(LIMIT);
        buffer.record(text("abc"), 3);
        buffer.rewind();
        ByteBuffer out = ByteBuffer.allocate(Chunks.OVERHEAD);
        buffer.replayTo(out, true);
        assertThat(out.position()).isZero();
        assertThat(buffer.hasMore()).isTrue();
        buffer.clear(0);
    }
}
