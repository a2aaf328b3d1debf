package dev.rondo.balancer.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The program as a process of its own. */
final class Program implements AutoCloseable {
    /** A bound on what comes at once; no test passes by waiting for it. */
    private static final long DEADLINE_SECONDS = 60;

    /**
     * How it ended.
     *
     * @param status what it exited with
     */
    record Ended(int status, String out, String err) {}

    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Queue<String> out = new ConcurrentLinkedQueue<>();
    private final Queue<String> err = new ConcurrentLinkedQueue<>();
    private final List<Thread> readers = new ArrayList<>();

    private Program(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("RONDO_") || name.startsWith("JAVA_TOOL"));
        process = builder.start();
        readers.add(Thread.ofVirtual().start(() -> read(process.inputReader(StandardCharsets.UTF_8), out, false)));
        readers.add(Thread.ofVirtual().start(() -> read(process.errorReader(StandardCharsets.UTF_8), err, true)));
    }

    private void read(BufferedReader from, Queue<String> into, boolean awaited) {
        try (from) {
            for (String line; (line = from.readLine()) != null; ) {
                into.add(line);
                if (awaited) lines.add(line);
            }
        } catch (IOException e) {
            // the process was killed
        }
    }

    /** Starts it with {@code arguments}. */
    static Program start(String... arguments) throws IOException {
        return start(List.of(), List.of(), arguments);
    }

    /**
     * Starts it.
     *
     * @param before the words of a command that runs another
     * @param options for the JVM
     */
    static Program start(List<String> before, List<String> options, String... arguments) throws IOException {
        return startClass(before, options, Main.class, arguments);
    }

    /** As {@link #start(List, List, String...)}, with another main class. */
    static Program startClass(List<String> before, List<String> options, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--add-opens",
                "java.base/java.lang=ALL-UNNAMED"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        Stream.of(arguments).forEach(command::add);
        return new Program(command);
    }

    /** The words that start a command which may open {@code count} files. */
    static List<String> limitedTo(int count) {
        return List.of("bash", "-c", "ulimit -n " + count + " && exec \"$@\"", "bash");
    }

    /** Runs it to its end with {@code options} for the JVM. */
    static Ended startAndEnd(List<String> options, String... arguments) throws Exception {
        try (Program program = start(List.of(), options, arguments)) {
            return program.ended();
        }
    }

    /** The next line on standard error that contains {@code text}; those before it are skipped. */
    String awaitLine(String text) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (true) {
            String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) throw new AssertionError("no line with \"" + text + "\" in:\n" + err());
            if (line.contains(text)) return line;
            if (!process.isAlive() && lines.isEmpty()) {
                joinReaders();
                if (lines.isEmpty()) throw new AssertionError("ended without \"" + text + "\":\n" + err());
            }
        }
    }

    /** Waits until {@code text} was written to standard error, at any time. */
    void awaitWritten(String text) throws InterruptedException {
        while (!err().contains(text)) awaitLine("");
    }

    /** What was written to standard error so far. */
    String err() {
        return text(err);
    }

    /** Writes a line to its standard input. */
    void tell(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Sends a signal, {@code TERM} for example. */
    void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    /** Waits for its end. */
    Ended ended() throws InterruptedException {
        assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS))
                .as(() -> "it does not end:\n" + err())
                .isTrue();
        joinReaders();
        return new Ended(process.exitValue(), text(out), text(err));
    }

    private static String text(Queue<String> lines) {
        StringBuilder text = new StringBuilder();
        for (String line : lines) text.append(line).append('\n');
        return text.toString();
    }

    private void joinReaders() throws InterruptedException {
        for (Thread reader : readers) reader.join();
    }

    /** A port that was free a moment ago: the program takes none of its own choice. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
