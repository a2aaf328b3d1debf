package dev.rondo.backend;

import io.helidon.webserver.CloseConnectionException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Lets half of the first piece of a body pass and then ends the connection, so that the body never ends by its own rules. */
final class DroppedBody extends FilterOutputStream {
    DroppedBody(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return;
        }
        out.write(bytes, offset, length / 2);
        out.flush();
        throw new CloseConnectionException("a fault dropped the response within its body");
    }
}
