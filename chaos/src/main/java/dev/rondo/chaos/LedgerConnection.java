package dev.rondo.chaos;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One connection to a {@link LedgerBackend}. */
final class LedgerConnection {
    private static final int LONGEST_HEAD = 64 << 10;
    private static final int BLOCK = 64 << 10;
    /** Period of the bytes of a download: its reader knows each by its place. */
    static final int PERIOD = 251;

    private record Head(String method, String target, Map<String, String> fields) {}

    private final LedgerBackend backend;
    private final Socket socket;
    private final SplittableRandom random;

    LedgerConnection(LedgerBackend backend, Socket socket, SplittableRandom random) {
        this.backend = backend;
        this.socket = socket;
        this.random = random;
    }

    void serve() {
        try (socket) {
            backend.write("open");
            InputStream in = new BufferedInputStream(socket.getInputStream());
            boolean first = true;
            while (true) {
                Head head = head(in, first ? 0 : backend.faults.idleMillis);
                if (head == null) return;
                first = false;
                if (!exchange(head, in)) return;
            }
        } catch (IOException e) {
            gone();
        }
    }

    private void gone() {
        try {
            backend.write("gone");
        } catch (IOException e) {
            // the disk is full: the row will see that lines are missing
        }
    }

    /** Null where it is idle for as long as chance allows it; that may be the moment in which a request is on its way. */
    private @Nullable Head head(InputStream in, int idleMillis) throws IOException {
        int allowed = idleMillis == 0 ? 0 : 1 + random.nextInt(idleMillis);
        socket.setSoTimeout(allowed);
        try {
            in.mark(1);
            if (in.read() < 0) throw new EOFException();
            in.reset();
        } catch (SocketTimeoutException e) {
            return null;
        }
        socket.setSoTimeout(0);
        String[] words = line(in).split(" ", -1);
        if (words.length != 3) throw new IOException("no request line");
        Map<String, String> fields = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            fields.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Head(words[0], words[1], fields);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > LONGEST_HEAD) throw new EOFException();
            if (c != '\r') line.append((char) c);
        }
        return line.toString();
    }

    /** Whether the connection can take another. */
    private boolean exchange(Head head, InputStream in) throws IOException {
        body(head, in);
        if (head.target.equals("/health")) {
            answer(backend.faults.healthStatus, "health", "");
            return true;
        }
        if (head.fields.containsKey("upgrade")) return tunnel(head, in);
        if (head.target.startsWith("/big/")) return download(head);
        String id = head.fields.getOrDefault("x-request-id", "none");
        backend.inWork.incrementAndGet();
        try {
            LedgerBackend.Faults faults = backend.faults;
            if (faults.status != 0 && random.nextDouble() < faults.share) {
                backend.write("- " + id + " " + faults.status);
                answer(faults.status, "as ordered", "");
                return true;
            }
            work(id, head);
            boolean last = faults.lastAnswers;
            answer(200, backend.name, last ? "Connection: close\r\n" : "");
            backend.write("= " + id);
            return !last;
        } finally {
            backend.inWork.decrementAndGet();
        }
    }

    private void work(String id, Head head) throws IOException {
        Semaphore workers = backend.faults.workers;
        workers.acquireUninterruptibly();
        try {
            backend.write("+ " + id + " " + head.method);
            int delay = backend.faults.delayMillis;
            if (delay > 0) LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(delay));
        } finally {
            workers.release();
        }
    }

    private static void body(Head head, InputStream in) throws IOException {
        if (head.fields.containsKey("transfer-encoding")) {
            for (long size = size(in); size > 0; size = size(in)) {
                in.skipNBytes(size);
                line(in);
            }
            skipLines(in); // trailers
        } else {
            in.skipNBytes(Long.parseLong(head.fields.getOrDefault("content-length", "0")));
        }
    }

    private static void skipLines(InputStream in) throws IOException {
        String line = line(in);
        while (!line.isEmpty()) line = line(in);
    }

    private static long size(InputStream in) throws IOException {
        return Long.parseLong(line(in).split(";", 2)[0].strip(), 16);
    }

    private void answer(int status, String body, String more) throws IOException {
        String whole = "HTTP/1.1 " + status + " x\r\nContent-Length: " + body.length() + "\r\n" + more + "\r\n" + body;
        socket.getOutputStream().write(whole.getBytes(StandardCharsets.US_ASCII));
    }

    /** Everything comes back as it is, frames of WebSocket too. */
    private boolean tunnel(Head head, InputStream in) throws IOException {
        OutputStream out = socket.getOutputStream();
        String upgrade = head.fields.getOrDefault("upgrade", "");
        String answer = "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: " + upgrade + "\r\n\r\n";
        out.write(answer.getBytes(StandardCharsets.US_ASCII));
        in.transferTo(out);
        return false;
    }

    private boolean download(Head head) throws IOException {
        long length = Long.parseLong(head.target.substring("/big/".length()));
        OutputStream out = socket.getOutputStream();
        out.write(("HTTP/1.1 200 x\r\nContent-Length: " + length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        byte[] block = new byte[PERIOD * (BLOCK / PERIOD)];
        for (int i = 0; i < block.length; i++) block[i] = (byte) (i % PERIOD);
        for (long left = length; left > 0; left -= block.length) {
            out.write(block, 0, (int) Math.min(left, block.length));
        }
        return true;
    }
}
