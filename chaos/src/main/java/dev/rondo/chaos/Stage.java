package dev.rondo.chaos;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Where one scenario plays: its processes, its files, its chance, and what was asked of it and found. */
final class Stage implements AutoCloseable {
    private static final Path JDK = Path.of(System.getProperty("java.home"), "bin");

    private final Path jar;
    private final Path directory;
    private final long seed;
    private final boolean quick;
    private final Children children = new Children();
    private final List<Backend> backends = new ArrayList<>();
    private final Map<String, Load.Ledger> loads = new LinkedHashMap<>();
    private final List<String> findings = new ArrayList<>();
    private boolean missed;

    /** @param quick whether the small size is played, see {@link #size} */
    Stage(Path jar, Path directory, long seed, boolean quick) throws IOException {
        this.jar = jar;
        this.directory = Files.createDirectories(directory);
        this.seed = seed;
        this.quick = quick;
    }

    Children children() {
        return children;
    }

    long seed() {
        return seed;
    }

    /** How much of a thing: {@code whole}, or {@code part} where time is short. */
    int size(int whole, int part) {
        return quick ? part : whole;
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** The words that run the balancer's program. */
    List<String> java(List<String> flags, String... arguments) {
        List<String> command = new ArrayList<>(List.of(JDK.resolve("java").toString()));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders"));
        command.addAll(flags);
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The words that run a class of this program; arguments can be added. */
    List<String> java(List<String> flags, Class<?> main) {
        List<String> command = new ArrayList<>(List.of(JDK.resolve("java").toString()));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        return command;
    }

    void jcmd(Process process, String order) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(JDK.resolve("jcmd").toString(), Long.toString(process.pid()), order)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(file("jcmd.log").toFile()))
                .start();
        if (!jcmd.waitFor(30, TimeUnit.SECONDS) || jcmd.exitValue() != 0) {
            throw new IOException("jcmd " + order + " failed: see " + file("jcmd.log"));
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** That many backends, {@code b1} and so on, which have started. */
    List<Backend> backends(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            String id = "b" + (backends.size() + 1);
            Backend backend = new Backend(this, id, freePort(), file(id + ".ledger"));
            backend.start();
            backends.add(backend);
        }
        return List.copyOf(backends);
    }

    /** The list of backends as YAML, each with {@code more} keys. */
    String list(List<Backend> some, String more) {
        StringBuilder yaml = new StringBuilder("backends:\n");
        for (Backend backend : some) {
            yaml.append("  - {id: ")
                    .append(backend.id())
                    .append(", url: \"http://127.0.0.1:")
                    .append(backend.port());
            yaml.append('"').append(more).append("}\n");
        }
        return yaml.toString();
    }

    /** Starts a balancer that logs requests as JSON to {@link #accessLog} and waits for nobody when it ends. */
    Balancer balancer(String configuration) throws IOException, InterruptedException {
        return Balancer.start(this, "rondo", preamble() + configuration, List.of(), log("rondo"));
    }

    /** Replaces the configuration of a {@link #balancer}; whether it is read again is another matter. */
    void configure(Balancer balancer, String configuration) throws IOException {
        balancer.configure(preamble() + configuration);
    }

    private String preamble() {
        return "access-log: {format: json, path: \"" + accessLog() + "\"}\ndrain: {delay: 0s}\n";
    }

    Redirect log(String name) {
        return Redirect.appendTo(file(name + ".log").toFile());
    }

    Path accessLog() {
        return file("access.log");
    }

    /** Starts load whose ledger counts when it is given to {@link #count}. */
    Load load(String prefix, String url, String... options) throws IOException {
        return Load.start(this, prefix, url, options);
    }

    /** Takes a ledger to the books. */
    Load.Ledger count(String prefix, Load.Ledger ledger) {
        loads.put(prefix, ledger);
        return ledger;
    }

    /** Everything that was sent and executed so far. */
    Books books() throws IOException {
        List<Path> ledgers = new ArrayList<>();
        for (Backend backend : backends) ledgers.add(backend.ledger());
        return Books.of(loads, ledgers);
    }

    /** A condition of the row, and what was found. */
    void must(String what, boolean holds, Object found) {
        findings.add((holds ? "  holds   " : "  MISSED  ") + what + ": " + found);
        missed |= !holds;
    }

    /** What was found, where nothing is asked. */
    void note(String what) {
        findings.add("          " + what);
    }

    List<String> findings() {
        return findings;
    }

    boolean isMissed() {
        return missed;
    }

    @Override
    public void close() {
        children.close();
    }
}
