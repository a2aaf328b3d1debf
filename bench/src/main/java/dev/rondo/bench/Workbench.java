package dev.rondo.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What every row needs: the programs, the backend that is running, where files go, and how long things take. */
final class Workbench implements AutoCloseable {
    /**
     * How long and how often.
     *
     * @param rounds turns of each proxy
     * @param seconds of each turn; at least 6 for figures to keep, for the kernel counts time in ticks of 10 ms
     * @param warmup seconds of load before the first turn of a JVM
     */
    record Pace(int rounds, int seconds, int warmup) {
        /** Seconds of load before the first turn of a program that was compiled before. */
        int nativeWarmup() {
            return Math.min(3, warmup);
        }
    }

    static final int LARGEST_POOL = 1_000;
    private static final int[] BODIES = {100_000, 10_000_000};

    private final Path root;
    private final Path work;
    private final Children children;
    private final Pace pace;
    private final Wrk wrk;
    private final Nginx nginx;
    private final Haproxy haproxy;
    private final RondoRuntime runtime;
    private final List<String> backends = new ArrayList<>();
    private @Nullable WebSocketEcho echo;

    /**
     * @param root of the repository
     * @param work where everything is written
     * @param jvm flags for Rondo's JVM, behind those of the image
     */
    Workbench(Path root, Path work, Tools tools, Pace pace, List<String> jvm)
            throws IOException, BenchException, InterruptedException {
        this.root = root;
        this.work = work;
        this.pace = pace;
        this.children = new Children();
        Path templates = root.resolve("bench/peers");
        this.nginx = new Nginx(tools.nginx(), templates);
        this.haproxy = new Haproxy(tools.haproxy(), templates);
        this.wrk = new Wrk(tools.wrk(), templates.resolve("load.lua"), work.resolve("wrk.log"), children);
        try {
            this.runtime = RondoRuntime.prepare(root, work, jvm, children);
            startBackend();
        } catch (IOException | BenchException | InterruptedException | RuntimeException e) {
            children.close();
            throw e;
        }
    }

    /** One nginx with as many sockets as the largest pool has backends. */
    private void startBackend() throws IOException, BenchException {
        Path www = Files.createDirectories(work.resolve("www"));
        for (int size : BODIES) {
            byte[] body = new byte[size];
            Arrays.fill(body, (byte) 'x');
            Files.write(www.resolve(Integer.toString(size)), body);
        }
        Files.write(www.resolve("post"), new byte[0]); // what backend.conf refuses POST for
        int port = freePort();
        for (int i = 0; i < LARGEST_POOL; i++) backends.add("127.0." + i / 250 + "." + (1 + i % 250) + ":" + port);
        Path directory = Files.createDirectories(work.resolve("backend"));
        Process process = children.start(nginx.backend(backends, www, directory), directory.resolve("output.log"));
        try {
            Probe.await(process, port, "HTTP/1.1 200");
        } catch (BenchException e) {
            throw new BenchException("the backend does not run: " + e.getMessage() + "; see " + directory);
        }
    }

    Pace pace() {
        return pace;
    }

    Path root() {
        return root;
    }

    Path work() {
        return work;
    }

    Wrk wrk() {
        return wrk;
    }

    Children children() {
        return children;
    }

    Peer nginx() {
        return nginx;
    }

    Peer haproxy() {
        return haproxy;
    }

    Peer rondo() {
        return new Rondo("rondo", "event-loops", false, runtime, root.resolve("bench/peers"));
    }

    Peer fallback() {
        return new Rondo("rondo-fallback", "virtual-threads", false, runtime, root.resolve("bench/peers"));
    }

    /** As {@link #rondo} or {@link #fallback}, on a JVM that can be looked into. */
    Peer attachable(boolean loops) {
        String engine = loops ? "event-loops" : "virtual-threads";
        return new Rondo(loops ? "rondo" : "rondo-fallback", engine, true, runtime, root.resolve("bench/peers"));
    }

    List<Peer> everyPeer() {
        return List.of(nginx(), haproxy(), rondo(), fallback());
    }

    /** The addresses of {@code number} backends. */
    List<String> backends(int number) {
        return backends.subList(0, number);
    }

    /** The address of a backend that echoes WebSocket messages. */
    String echo() {
        try {
            WebSocketEcho running = echo;
            if (running == null) echo = running = new WebSocketEcho();
            return running.address();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts {@code peer} and returns once it answers. */
    Proxy start(Peer peer, Setup setup) throws IOException, BenchException {
        int port = freePort();
        Path directory = Files.createDirectories(work.resolve("run").resolve(peer.name()));
        try (Stream<Path> logs = Files.list(directory)) {
            for (Path log : logs.filter(f -> f.toString().endsWith(".log")).toList()) Files.delete(log);
        }
        // HAProxy's output is its access log
        Process process = children.start(peer.command(setup, port, directory), directory.resolve("output.log"));
        try {
            Probe.await(process, port, setup.answer());
        } catch (BenchException e) {
            children.stop(process);
            throw new BenchException(peer.name() + " does not run: " + e.getMessage() + "; see " + directory);
        }
        return new Proxy(peer, process, new ProcessTree(process), port);
    }

    void stop(Proxy proxy) throws IOException {
        children.stop(proxy.process());
    }

    /** One that nobody listened on a moment ago. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Lets what was started settle. */
    static void settle(int seconds) throws InterruptedException {
        TimeUnit.SECONDS.sleep(seconds);
    }

    static void say(String line) {
        System.err.println("bench: " + line);
    }

    @Override
    public void close() throws IOException {
        children.close();
        if (echo != null) echo.close();
    }
}
