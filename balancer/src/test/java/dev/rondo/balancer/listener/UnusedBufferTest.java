package dev.rondo.balancer.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.common.socket.PlainSocket;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UnusedBufferTest {
    private final Logger logger = Logger.getLogger(UnusedBuffer.class.getName());
    private final List<LogRecord> logged = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            logged.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private ServerSocket listener;
    private Socket socket;

    @BeforeEach
    void open() throws Exception {
        handler.setLevel(Level.ALL);
        logger.setLevel(Level.ALL);
        logger.addHandler(handler);
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        socket = new Socket(listener.getInetAddress(), listener.getLocalPort());
    }

    @AfterEach
    void close() throws Exception {
        logger.removeHandler(handler);
        logger.setLevel(null);
        socket.close();
        listener.close();
    }

    /** Fails where another Helidon keeps its buffer elsewhere. */
    @Test
    void itIsLetGo() throws Exception {
        PlainSocket plain = PlainSocket.server(socket, "a", "b");
        Field buffer = PlainSocket.class.getDeclaredField("readBuffer");
        buffer.setAccessible(true);
        assertThat((byte[]) buffer.get(plain)).isNotEmpty();
        UnusedBuffer.OF_PLAIN_SOCKETS.release(plain);
        assertThat((byte[]) buffer.get(plain)).isEmpty();
        assertThat(logged).isEmpty();
    }

    @Test
    void aFieldThatIsNotThereIsToldOnce() {
        PlainSocket plain = PlainSocket.server(socket, "a", "b");
        UnusedBuffer elsewhere = new UnusedBuffer(PlainSocket.class, "someOtherName");
        elsewhere.release(plain);
        elsewhere.release(plain);
        assertThat(logged).singleElement().extracting(LogRecord::getLevel).isEqualTo(Level.FINE);
    }

    @Test
    void aFieldThatTakesNoArrayIsToldOnce() {
        PlainSocket plain = PlainSocket.server(socket, "a", "b");
        UnusedBuffer other = new UnusedBuffer(PlainSocket.class, "socketId");
        other.release(plain);
        other.release(plain);
        assertThat(logged).singleElement().extracting(LogRecord::getLevel).isEqualTo(Level.FINE);
        assertThat(logged.getFirst().getMessage()).contains("read buffer");
    }
}
