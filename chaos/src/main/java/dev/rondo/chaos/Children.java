package dev.rondo.chaos;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The processes of one scenario. They end with it, and when this process is told to end. */
final class Children implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;

    private final Set<Process> running = ConcurrentHashMap.newKeySet();

    Children() {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::close));
    }

    /** Its standard input and output are pipes, its errors go to {@code errors}. Variables for Rondo are not passed on. */
    Process start(List<String> command, Path errors) throws IOException {
        return start(new ProcessBuilder(command), Redirect.appendTo(errors.toFile()));
    }

    /** As {@link #start(List, Path)}, with what else the builder says. */
    Process start(ProcessBuilder builder, Redirect errors) throws IOException {
        builder.environment().keySet().removeIf(name -> name.startsWith("RONDO_") || name.startsWith("JAVA_TOOL"));
        Process process = builder.redirectError(errors).start();
        running.removeIf(each -> !each.isAlive());
        running.add(process);
        return process;
    }

    /** Sends a signal; one that is gone already is no matter. */
    static void signal(Process process, String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-s", name, Long.toString(process.pid()))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** Waits for its end. */
    static int ended(Process process, long seconds) throws IOException, InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new IOException("process " + process.pid() + " does not end within " + seconds + " s");
        }
        return process.exitValue();
    }

    /** Ends them all, even those that are stopped. */
    @Override
    public void close() {
        List<Process> all = List.copyOf(running);
        for (Process process : all) process.destroyForcibly();
        try {
            for (Process process : all) {
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    System.err.println("chaos: process " + process.pid() + " does not end");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
