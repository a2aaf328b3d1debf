package dev.rondo.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * What runs Rondo: made as Dockerfile.balancer makes it, with the JDK at hand. The flags of the JVM are those of the image's
 * entry point, so that what is measured is what ships.
 */
final class RondoRuntime {
    private static final Pattern ENTRY_POINT = Pattern.compile("(?m)^ENTRYPOINT \\[(.*)]$");
    private static final Path JDK = Path.of(System.getProperty("java.home"));
    private static final String CACHE = "rondo.aot";
    private static final String CACHE_FLAG = "-XX:AOTCache=";
    private static final int TRAINING_SECONDS = 180;

    private final Path directory;
    private final List<String> flags;

    private RondoRuntime(Path directory, List<String> flags) {
        this.directory = directory;
        this.flags = flags;
    }

    /**
     * Takes the one that is there, or makes one where the jar, the flags or the JDK have changed.
     *
     * @param root of the repository
     * @param more flags of the JVM, behind those of the image
     */
    static RondoRuntime prepare(Path root, Path work, List<String> more, Children children)
            throws IOException, BenchException, InterruptedException {
        Path jar = root.resolve("balancer/target/rondo.jar");
        if (!Files.exists(jar)) throw new BenchException(jar + " is missing: run make package");
        List<String> flags = new ArrayList<>(entryPointFlags(root.resolve("Dockerfile.balancer")));
        flags.addAll(more);
        RondoRuntime runtime = new RondoRuntime(work.resolve("runtime"), flags);
        String stamp = String.join(
                "\n", JDK.toString(), Runtime.version().toString(), Files.getLastModifiedTime(jar) + " " + flags);
        Path stampFile = runtime.directory.resolve("stamp");
        if (Files.exists(stampFile) && Files.readString(stampFile).equals(stamp)) return runtime;
        System.err.println("bench: making a runtime with an AOT cache for Rondo");
        delete(runtime.directory);
        runtime.copyJars(jar);
        runtime.link();
        runtime.train(root, children);
        Files.writeString(stampFile, stamp);
        return runtime;
    }

    private static List<String> entryPointFlags(Path dockerfile) throws IOException, BenchException {
        Matcher line = ENTRY_POINT.matcher(Files.readString(dockerfile));
        if (!line.find()) throw new BenchException(dockerfile + " has no ENTRYPOINT in its exec form");
        return Stream.of(line.group(1).split(",", -1))
                .map(word -> word.strip().replace("\"", ""))
                .filter(word -> word.startsWith("-") && !word.startsWith(CACHE_FLAG) && !word.equals("-jar"))
                .toList();
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) return;
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }

    private void copyJars(Path jar) throws IOException {
        Path libs = Files.createDirectories(directory.resolve("libs"));
        Files.copy(jar, directory.resolve("rondo.jar"), StandardCopyOption.COPY_ATTRIBUTES);
        try (Stream<Path> files = Files.list(jar.resolveSibling("libs"))) {
            for (Path file : files.toList()) {
                Files.copy(file, libs.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private void link() throws IOException, BenchException {
        List<String> jdeps =
                new ArrayList<>(List.of("--print-module-deps", "--ignore-missing-deps", "--multi-release", "25"));
        jdeps.add(directory.resolve("rondo.jar").toString());
        try (Stream<Path> libs = Files.list(directory.resolve("libs"))) {
            libs.map(Path::toString).forEach(jdeps::add);
        }
        String modules =
                tool("jdeps", jdeps).strip().replace("java.desktop,", "").replace("jdk.jfr,", "");
        boolean hasObjcopy = Tools.find("objcopy", "binutils", new ArrayList<>()) != null;
        tool(
                "jlink",
                List.of(
                        "--output",
                        directory.resolve("java").toString(),
                        hasObjcopy ? "--strip-debug" : "--strip-java-debug-attributes",
                        "--no-man-pages",
                        "--no-header-files",
                        "--compress",
                        "zip-6",
                        "--add-modules",
                        modules + ",jdk.management,jdk.net,jdk.unsupported"));
    }

    private static String tool(String name, List<String> arguments) throws BenchException {
        StringWriter out = new StringWriter();
        StringWriter errors = new StringWriter();
        int status = ToolProvider.findFirst(name)
                .orElseThrow(() -> new BenchException(JDK + " has no " + name + ": run the bench with a whole JDK"))
                .run(new PrintWriter(out), new PrintWriter(errors), arguments.toArray(String[]::new));
        if (status != 0) throw new BenchException(name + " failed: " + errors + out);
        return out.toString();
    }

    /** As in the image: the balancer proxies to its own admin port. */
    private void train(Path root, Children children) throws IOException, BenchException, InterruptedException {
        int port = Workbench.freePort();
        int admin = Workbench.freePort();
        Path file = directory.resolve("training.yaml");
        Files.writeString(file, """
                server: {host: 127.0.0.1, port: %d}
                admin: {host: 127.0.0.1, port: %d}
                drain: {delay: 0s}
                backends: [{url: "http://127.0.0.1:%d"}]
                """.formatted(port, admin, admin), StandardCharsets.UTF_8);
        List<String> command = new ArrayList<>(List.of(
                JDK.resolve("bin/java").toString(),
                root.resolve("scripts/Train.java").toString(),
                "http://127.0.0.1:" + admin + "/health/ready",
                "http://127.0.0.1:" + port + "/health/live",
                directory.resolve("java/bin/java").toString(),
                "-XX:AOTCacheOutput=" + directory.resolve(CACHE),
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-AOTRecordTraining"));
        command.addAll(flags);
        command.addAll(List.of("-jar", directory.resolve("rondo.jar").toString(), "run", file.toString()));
        Path log = directory.resolve("training.log");
        Process training = children.start(command, log);
        boolean ended = training.waitFor(TRAINING_SECONDS, TimeUnit.SECONDS);
        children.stop(training);
        if (!ended || training.exitValue() != 0 || !Files.exists(directory.resolve(CACHE))) {
            throw new BenchException("the training run for the AOT cache failed: see " + log);
        }
    }

    /**
     * The command that runs Rondo with {@code arguments}.
     *
     * @param attachable on the whole JDK, without the cache, which belongs to the other one
     * @param processors that the JVM may count on: as many as loops, as the peers are held to as many threads
     */
    List<String> command(boolean attachable, int processors, List<String> arguments) {
        List<String> command = new ArrayList<>();
        if (attachable) {
            command.add(JDK.resolve("bin/java").toString());
            command.add("-Dhelidon.serialFilter.pattern=java.**;javax.management.**"); // or Helidon refuses JMX calls
        } else {
            command.add(directory.resolve("java/bin/java").toString());
            command.add(CACHE_FLAG + directory.resolve(CACHE));
        }
        command.addAll(flags);
        if (Runtime.getRuntime().availableProcessors() > processors) {
            command.add("-XX:ActiveProcessorCount=" + processors);
        }
        command.addAll(List.of("-jar", directory.resolve("rondo.jar").toString()));
        command.addAll(arguments);
        return command;
    }

    /** The JDK and its flags. */
    String version() {
        return "JDK " + Runtime.version() + " " + String.join(" ", flags);
    }
}
