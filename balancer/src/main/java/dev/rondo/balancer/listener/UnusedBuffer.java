package dev.rondo.balancer.listener;

import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PlainSocket;
import java.lang.reflect.Field;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Helidon gives every connection a read buffer of 8 KiB when it is accepted, and the relay never reads through it: half of
 * what an idle connection would cost. It is let go where the field can be reached, and stays where it cannot, which is logged
 * once at DEBUG; see docs/adr/0007.
 */
final class UnusedBuffer {
    private static final System.Logger LOG = System.getLogger(UnusedBuffer.class.getName());
    private static final byte[] NOTHING = {};

    /** That of the sockets the data listener has. */
    static final UnusedBuffer OF_PLAIN_SOCKETS = new UnusedBuffer(PlainSocket.class, "readBuffer");

    private final Class<? extends HelidonSocket> type;
    private final @Nullable Field field;
    private final AtomicBoolean told = new AtomicBoolean();

    UnusedBuffer(Class<? extends HelidonSocket> type, String name) {
        this.type = type;
        this.field = find(name);
    }

    private @Nullable Field find(String name) {
        try {
            Field found = type.getDeclaredField(name);
            found.setAccessible(true);
            return found;
        } catch (ReflectiveOperationException | RuntimeException e) {
            tellOnce(e);
            return null;
        }
    }

    /** Lets the buffer of {@code socket} go; nothing may be read from the socket by way of Helidon afterwards. */
    void release(HelidonSocket socket) {
        if (field == null || !type.isInstance(socket)) return;
        try {
            field.set(socket, NOTHING);
        } catch (IllegalAccessException | IllegalArgumentException e) {
            tellOnce(e);
        }
    }

    /** More memory for each connection, and nothing else. */
    private void tellOnce(Exception why) {
        if (told.getAndSet(true)) return;
        LOG.log(System.Logger.Level.DEBUG, "server: each connection keeps a read buffer that nothing uses", why);
    }
}
