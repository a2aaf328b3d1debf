package dev.rondo.balancer.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/** What a socket receives: buffered, every byte kept, FIN told from RST. Not safe for use by several threads at once. */
public final class Source {
    /** A bound on what should come at once or after a timeout of the configuration; no test passes by waiting for it. */
    static final Duration DEADLINE = Duration.ofSeconds(12);

    private static final int LONGEST_LINE = 1 << 24;

    private final Socket socket;
    private final Received received = new Received();
    private final boolean keep;
    private byte[] buffer = new byte[16 * 1024];
    private int start;
    private int limit;
    private End end = End.OPEN;
    private long total;

    Source(Socket socket, boolean keep) throws SocketException {
        this.socket = socket;
        this.keep = keep;
        socket.setSoTimeout((int) DEADLINE.toMillis());
    }

    /** How the bytes have ended so far. */
    End end() {
        return end;
    }

    /** Every byte that was taken from the kernel, whether parsed or not. */
    String received() {
        synchronized (received) {
            return Bytes.text(received.toByteArray());
        }
    }

    /** The bytes from {@code from} up to what was parsed last, without a copy of all that came before. */
    String receivedFrom(long from) {
        synchronized (received) {
            return received.between((int) from, (int) position());
        }
    }

    /** How many bytes were taken from the kernel. */
    long total() {
        return total;
    }

    /** How many bytes were parsed. */
    long position() {
        return total - (limit - start);
    }

    /** Whether another byte comes; false at the end of the connection. */
    boolean more() throws IOException {
        if (start < limit) return true;
        if (end != End.OPEN) return false;
        start = 0;
        limit = 0;
        return fill();
    }

    /** The text up to the next CRLF, which is taken too. */
    String line() throws IOException {
        for (int from = start; ; ) {
            for (; from < limit; from++) {
                if (buffer[from] != '\n') continue;
                String line = Bytes.text(Arrays.copyOfRange(buffer, start, from));
                start = from + 1;
                if (!line.endsWith("\r")) throw new Violation("a line that ends in a bare LF", line);
                line = line.substring(0, line.length() - 1);
                if (line.indexOf('\r') >= 0) throw new Violation("a bare CR within a line", line);
                return line;
            }
            if (limit - start > LONGEST_LINE) throw new Violation("a line of more than 16 MB", "");
            int scanned = from - start;
            if (end != End.OPEN || !fill()) throw new EOFException("the connection ended within a line");
            from = start + scanned;
        }
    }

    /** The next {@code count} bytes, fewer at the end of the connection. */
    byte[] upTo(long count) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (out.size() < count && more()) {
            int n = (int) Math.min(count - out.size(), limit - start);
            out.write(buffer, start, n);
            start += n;
        }
        return out.toByteArray();
    }

    /** The next {@code count} bytes. */
    byte[] exactly(int count) throws IOException {
        byte[] out = upTo(count);
        if (out.length < count) throw new EOFException("the connection ended " + (count - out.length) + " bytes early");
        return out;
    }

    /** Everything up to the end of the connection. */
    byte[] rest() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (more()) {
            out.write(buffer, start, limit - start);
            start = limit;
        }
        return out.toByteArray();
    }

    private static final class Received extends ByteArrayOutputStream {
        String between(int from, int to) {
            return new String(buf, from, to - from, StandardCharsets.ISO_8859_1);
        }
    }

    private boolean fill() throws IOException {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, limit - start);
            limit -= start;
            start = 0;
        }
        if (limit == buffer.length) buffer = Arrays.copyOf(buffer, buffer.length * 2);
        int n;
        try {
            n = socket.getInputStream().read(buffer, limit, buffer.length - limit);
        } catch (SocketTimeoutException e) {
            throw new Silence(received());
        } catch (SocketException e) {
            end = End.RST;
            return false;
        }
        if (n < 0) {
            end = End.FIN;
            return false;
        }
        if (keep) {
            synchronized (received) {
                received.write(buffer, limit, n);
            }
        }
        limit += n;
        total += n;
        return true;
    }
}
