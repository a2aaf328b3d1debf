package dev.rondo.balancer.listener;

import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PlainSocket;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/**
 * Helidon gives every connection a read buffer of 8 KiB when it is accepted, and the relay never reads through it: half of
 * what an idle connection would cost. It is let go where the field can be reached, and stays where it cannot; see
 * docs/adr/0007.
 */
final class UnusedBuffer {
    private static final byte[] NOTHING = {};
    private static final @Nullable Field FIELD = find();

    private UnusedBuffer() {}

    private static @Nullable Field find() {
        try {
            Field field = PlainSocket.class.getDeclaredField("readBuffer");
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    /** Lets the buffer of {@code socket} go; nothing may be read from the socket by way of Helidon afterwards. */
    static void release(HelidonSocket socket) {
        if (FIELD == null || !(socket instanceof PlainSocket)) return;
        try {
            FIELD.set(socket, NOTHING);
        } catch (IllegalAccessException | IllegalArgumentException e) {
            // a Helidon that names it otherwise keeps it: more memory, nothing else
        }
    }
}
