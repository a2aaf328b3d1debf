package dev.rondo.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link LedgerBackend}, which may be killed and started again on its port. */
final class Backend {
    private final Stage stage;
    private final String id;
    private final int port;
    private final Path ledger;
    private @Nullable Process process;
    private @Nullable BufferedReader answers;
    private int starts;

    Backend(Stage stage, String id, int port, Path ledger) {
        this.stage = stage;
        this.id = id;
        this.port = port;
        this.ledger = ledger;
    }

    String id() {
        return id;
    }

    int port() {
        return port;
    }

    Path ledger() {
        return ledger;
    }

    /** Starts it; returns when it listens. */
    void start() throws IOException {
        List<String> command = stage.java(List.of("-Xmx96m"), LedgerBackend.class);
        command.addAll(List.of(
                id,
                Integer.toString(port),
                ledger.toString(),
                Long.toString(stage.seed() * 1000 + port + starts++),
                "1500"));
        Process started = stage.children().start(command, stage.file(id + ".err"));
        process = started;
        BufferedReader reader = started.inputReader(StandardCharsets.UTF_8);
        answers = reader;
        expect(reader.readLine(), "ready");
    }

    /** Gives an order, see {@link LedgerBackend}; returns when it holds. */
    void tell(String order) throws IOException {
        OutputStream out = process().getOutputStream();
        out.write((order + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
        BufferedReader reader = answers;
        expect(reader == null ? null : reader.readLine(), "ok");
    }

    private void expect(@Nullable String said, String expected) throws IOException {
        if (!expected.equals(said)) {
            throw new IOException(
                    "backend " + id + " says " + said + ", not " + expected + ": see " + stage.file(id + ".err"));
        }
    }

    void signal(String name) throws IOException, InterruptedException {
        Children.signal(process(), name);
    }

    /** With SIGKILL. */
    void kill() throws InterruptedException {
        process().destroyForcibly().waitFor();
    }

    /** With SIGTERM: it drains before. */
    void stop() throws IOException, InterruptedException {
        signal("TERM");
        Children.ended(process(), 30);
    }

    boolean isAlive() {
        return process().isAlive();
    }

    private Process process() {
        Process now = process;
        if (now == null) throw new IllegalStateException(id + " was not started");
        return now;
    }
}
