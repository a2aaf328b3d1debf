package dev.rondo.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a process and its children use, from /proc (proc(5)). */
final class ProcessTree {
    /**
     * Time on a processor since the start, of all threads, with children that have ended.
     *
     * @param user µs
     * @param system µs
     */
    record Cpu(double user, double system) {
        Cpu minus(Cpu earlier) {
            return new Cpu(user - earlier.user, system - earlier.system);
        }

        double sum() {
            return user + system;
        }
    }

    /** In kilobytes: resident, and resident with what is shared divided among those that share it. */
    record Memory(double rss, double pss) {}

    private static final int USER = 11; // of fields(), counted from 0
    private static final int SYSTEM = 12;
    private static final int CHILDREN_USER = 13;
    private static final int CHILDREN_SYSTEM = 14;

    private final ProcessHandle root;
    private final double tickMicros;

    ProcessTree(Process root) throws IOException {
        this.root = root.toHandle();
        this.tickMicros = 1e6 / ticksPerSecond();
    }

    private static long ticksPerSecond() throws IOException {
        Process getconf = new ProcessBuilder("getconf", "CLK_TCK").start();
        return Long.parseLong(new String(getconf.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip());
    }

    private Stream<Path> processes() {
        return Stream.concat(Stream.of(root), root.descendants())
                .map(process -> Path.of("/proc", Long.toString(process.pid())));
    }

    Cpu cpu() throws IOException {
        double user = 0;
        double system = 0;
        for (Path process : processes().toList()) {
            String stat = read(process.resolve("stat"));
            if (stat.isEmpty()) continue;
            String[] fields = fields(stat);
            user += Long.parseLong(fields[USER]) + Long.parseLong(fields[CHILDREN_USER]);
            system += Long.parseLong(fields[SYSTEM]) + Long.parseLong(fields[CHILDREN_SYSTEM]);
        }
        return new Cpu(user * tickMicros, system * tickMicros);
    }

    /** What stands behind the name, which may hold spaces. */
    private static String[] fields(String stat) {
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    }

    /** µs that the JVM's compilers have used so far; threads of theirs that have ended count no more. 0 where this is no JVM. */
    double compilers() throws IOException {
        double ticks = 0;
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(root.pid()), "task"))) {
            for (Path thread : threads.toList()) {
                String stat = read(thread.resolve("stat"));
                if (!stat.contains(" CompilerThre")) continue; // "C2 CompilerThread0", cut by the kernel
                String[] fields = fields(stat);
                ticks += Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
            }
        }
        return ticks * tickMicros;
    }

    Memory memory() throws IOException {
        double rss = 0;
        double pss = 0;
        for (Path process : processes().toList()) {
            for (String line : read(process.resolve("smaps_rollup")).split("\n", -1)) {
                if (line.startsWith("Rss:")) rss += kilobytes(line);
                if (line.startsWith("Pss:")) pss += kilobytes(line);
            }
        }
        return new Memory(rss, pss);
    }

    private static long kilobytes(String line) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
    }

    /** Empty for a process that has just ended. */
    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /** The limit of open files of this process, which its children inherit. */
    static int descriptors() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
            if (line.startsWith("Max open files")) {
                String soft = line.substring("Max open files".length()).strip().split(" +", -1)[0];
                return soft.equals("unlimited") ? Integer.MAX_VALUE : Math.clamp(Long.parseLong(soft), 0, 1 << 20);
            }
        }
        throw new IOException("/proc/self/limits has no line \"Max open files\"");
    }
}
