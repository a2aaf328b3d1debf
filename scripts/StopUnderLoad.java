import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps a balancer busy while it is stopped and counts the requests that were lost.
 *
 * <p>Arguments: host, data port, admin port, drain.delay in seconds. 16 clients GET and POST, half of them on kept connections
 * and half on a new one for each request, until they are refused. Prints {@code loaded} when all are at work. Ends when the
 * last client has ended; exit status 1 if a request was lost: sent and not answered with 200 in full, or not even taken
 * although its connection was begun within the delay. Readiness tells when that began: not before the last time it was good.
 */
static final LongAdder answered = new LongAdder();
static final LongAdder lost = new LongAdder();
static volatile long lastReady;
static long delay;

void main(String[] args) throws Exception {
    var data = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    var admin = new InetSocketAddress(args[0], Integer.parseInt(args[2]));
    delay = Duration.ofSeconds(Long.parseLong(args[3])).toNanos();
    lastReady = System.nanoTime();
    var clients = new ArrayList<Thread>();
    var busy = new CountDownLatch(16);
    for (int i = 0; i < 16; i++) {
        boolean kept = i % 2 == 0;
        String request = i % 4 < 2
                ? "GET / HTTP/1.1\r\nHost: rondo\r\n" + (kept ? "" : "Connection: close\r\n") + "\r\n"
                : "POST /echo HTTP/1.1\r\nHost: rondo\r\n" + (kept ? "" : "Connection: close\r\n") + "Content-Length: 5\r\n\r\n12345";
        clients.add(Thread.ofVirtual().start(() -> keepBusy(data, request, busy)));
    }
    busy.await();
    IO.println("loaded");
    for (long now = System.nanoTime(); isReady(admin); now = System.nanoTime()) {
        lastReady = now;
        Thread.sleep(50);
    }
    IO.println("not ready");
    for (var client : clients) {
        client.join();
    }
    IO.println("%d requests answered, %d lost".formatted(answered.sum(), lost.sum()));
    System.exit(lost.sum() == 0 ? 0 : 1);
}

void keepBusy(InetSocketAddress data, String request, CountDownLatch busy) {
    boolean first = true;
    while (true) {
        long begun = System.nanoTime();
        int served = 0;
        try (var socket = new Socket()) {
            socket.connect(data, 5_000);
            socket.setSoTimeout(30_000);
            var in = new BufferedInputStream(socket.getInputStream());
            boolean kept = true;
            while (kept) {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                kept = isKept(in);
                served++;
                answered.increment();
                if (first) {
                    busy.countDown();
                }
                first = false;
            }
        } catch (IOException e) {
            if (served > 0 || begun - (lastReady + delay) < 0) {
                lost.increment();
                System.err.println("lost: request " + (served + 1) + " of a connection: " + e);
            }
            return;
        }
    }
}

/** Reads one answer; whether the connection may be used again. */
boolean isKept(InputStream in) throws IOException {
    var status = line(in);
    if (!status.startsWith("HTTP/1.1 200 ")) {
        throw new IOException("status line \"" + status + "\"");
    }
    int length = -1;
    boolean kept = true;
    for (var field = line(in); !field.isEmpty(); field = line(in)) {
        var lower = field.toLowerCase(Locale.ROOT);
        if (lower.startsWith("content-length:")) {
            length = Integer.parseInt(field.substring(15).strip());
        } else if (lower.startsWith("connection:") && lower.contains("close")) {
            kept = false;
        }
    }
    if (length < 0 || in.readNBytes(length).length != length) {
        throw new IOException("no whole body");
    }
    return kept;
}

String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
            throw new IOException("the connection ended after \"" + line + "\"");
        }
        if (c != '\r') {
            line.append((char) c);
        }
    }
    return line.toString();
}

boolean isReady(InetSocketAddress admin) {
    try (var socket = new Socket()) {
        socket.connect(admin, 1_000);
        socket.setSoTimeout(5_000);
        socket.getOutputStream().write("GET /health/ready HTTP/1.1\r\nHost: rondo\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return line(new BufferedInputStream(socket.getInputStream())).contains(" 200");
    } catch (IOException e) {
        return false;
    }
}
