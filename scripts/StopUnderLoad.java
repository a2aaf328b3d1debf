import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps a balancer busy while it is stopped and counts the requests that were lost.
 *
 * <p>Arguments: host, data port, admin port. Each of 16 clients sends one request after the other on a kept connection
 * and opens another when it is told {@code Connection: close}; as a load balancer in front would, none opens one any
 * more once readiness fails. Prints {@code loaded} when all are at work. Ends when the last connection has ended; exit
 * status 1 if a request was not answered with 200 in full.
 */
static final LongAdder answered = new LongAdder();
static final LongAdder lost = new LongAdder();
static volatile boolean ready = true;

void main(String[] args) throws Exception {
    var data = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    var admin = new InetSocketAddress(args[0], Integer.parseInt(args[2]));
    var clients = new ArrayList<Thread>();
    var busy = new CountDownLatch(16);
    for (int i = 0; i < 16; i++) {
        clients.add(Thread.ofVirtual().start(() -> keepBusy(data, busy)));
    }
    busy.await();
    IO.println("loaded");
    while (ready) {
        ready = isReady(admin);
        Thread.sleep(50);
    }
    for (var client : clients) {
        client.join();
    }
    IO.println("%d requests answered, %d lost".formatted(answered.sum(), lost.sum()));
    System.exit(lost.sum() == 0 ? 0 : 1);
}

void keepBusy(InetSocketAddress data, CountDownLatch busy) {
    while (ready) {
        try (var socket = new Socket()) {
            try {
                socket.connect(data, 5_000);
            } catch (IOException e) {
                if (ready) {
                    report("connecting: " + e);
                }
                return;
            }
            socket.setSoTimeout(30_000);
            var in = new BufferedInputStream(socket.getInputStream());
            do {
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: rondo\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } while (isKept(in, busy));
        } catch (IOException e) {
            report(e.toString());
        }
    }
}

/** Reads one answer; whether the connection may be used again. */
boolean isKept(InputStream in, CountDownLatch busy) throws IOException {
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
    answered.increment();
    busy.countDown();
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

void report(String what) {
    lost.increment();
    System.err.println("lost: " + what);
}
