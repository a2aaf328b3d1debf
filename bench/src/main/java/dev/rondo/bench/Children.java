package dev.rondo.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The processes that the bench has started. Each leads a session of its own (setsid), so that a signal reaches its children too
 * and the terminal's Ctrl-C comes to the bench alone, which then ends them in order. Should the bench itself be killed, the
 * watchdog, a shell that reads from a pipe of the bench, sees the end of the pipe and ends them. Thread-safe.
 */
final class Children implements AutoCloseable {
    private static final String WATCHDOG = """
            trap '' INT TERM HUP
            pids=
            while read -r sign pid; do
              case $sign in
                +) pids="$pids $pid" ;;
                -) rest=; for p in $pids; do [ "$p" = "$pid" ] || rest="$rest $p"; done; pids=$rest ;;
              esac
            done
            [ -n "$pids" ] || exit 0
            for signal in CONT TERM; do for p in $pids; do kill -s $signal -- -"$p" 2>/dev/null; done; done
            sleep 2
            for p in $pids; do kill -s KILL -- -"$p" 2>/dev/null; done
            """;
    private static final long PATIENCE_SECONDS = 4;

    private final Process watchdog;
    private final Set<Process> running = new LinkedHashSet<>();
    private boolean closed;

    Children() throws IOException {
        watchdog = new ProcessBuilder("sh", "-c", WATCHDOG)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::close));
    }

    /** Starts {@code command} with its output and errors appended to {@code log}. */
    Process start(List<String> command, Path log) throws IOException {
        return start(command, Map.of(), Redirect.appendTo(log.toFile()), Redirect.appendTo(log.toFile()));
    }

    /** Starts {@code command}, whose output the caller reads; its errors are appended to {@code log}. */
    Process startReadable(List<String> command, Map<String, String> environment, Path log) throws IOException {
        return start(command, environment, Redirect.PIPE, Redirect.appendTo(log.toFile()));
    }

    private synchronized Process start(
            List<String> command, Map<String, String> environment, Redirect output, Redirect errors)
            throws IOException {
        if (closed) throw new IOException("the bench is ending");
        List<String> inSession = new ArrayList<>(List.of("setsid"));
        inSession.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(inSession).redirectOutput(output).redirectError(errors);
        builder.environment().putAll(environment);
        Process process = builder.start();
        running.add(process);
        tell("+ " + process.pid());
        return process;
    }

    private void tell(String line) throws IOException {
        OutputStream pipe = watchdog.getOutputStream();
        pipe.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        pipe.flush();
    }

    /** Holds a process and its children, so that they take no time from another. */
    void pause(Process process) throws IOException {
        signal(process, "STOP");
    }

    /** Lets them go on. */
    void resume(Process process) throws IOException {
        signal(process, "CONT");
    }

    /** Ends a process and its children; returns when they are gone. */
    void stop(Process process) throws IOException {
        end(List.of(process));
        synchronized (this) {
            running.remove(process);
            tell("- " + process.pid());
        }
    }

    private static void end(List<Process> processes) throws IOException {
        for (Process process : processes) {
            signal(process, "CONT");
            signal(process, "TERM");
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (Process process : processes) {
            if (!endsWithin(process, deadline - System.nanoTime())) signal(process, "KILL");
        }
        for (Process process : processes) {
            signal(process, "KILL"); // children that outlived it
            endsWithin(process, TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
        }
    }

    private static boolean endsWithin(Process process, long nanos) {
        try {
            return process.waitFor(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** To the whole session; one that is gone already is no matter. {@code kill} is a word of the shell, not always a program. */
    private static void signal(Process process, String name) throws IOException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -s " + name + " -- -" + process.pid())
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
        endsWithin(kill, TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
    }

    /** Ends them all. */
    @Override
    public synchronized void close() {
        if (closed) return;
        closed = true;
        try {
            end(List.copyOf(running));
            running.forEach(process -> {
                try {
                    tell("- " + process.pid());
                } catch (IOException e) {
                    // the watchdog is gone, and so are they
                }
            });
            running.clear();
            watchdog.getOutputStream().close();
        } catch (IOException e) {
            System.err.println("bench: " + e.getMessage());
        }
    }
}
