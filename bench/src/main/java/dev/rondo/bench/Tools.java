package dev.rondo.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The programs that the bench runs beside Rondo; it installs none. */
record Tools(Path wrk, Path nginx, Path haproxy) {
    /** @throws BenchException naming everything that is missing */
    static Tools find() throws BenchException {
        List<String> missing = new ArrayList<>();
        Path wrk = find("wrk", "wrk", missing);
        Path nginx = find("nginx", "nginx-light", missing);
        Path haproxy = find("haproxy", "haproxy", missing);
        Path session = find("setsid", "util-linux", missing);
        if (!Files.isReadable(Path.of("/proc/self/smaps_rollup"))) missing.add("/proc (Linux 4.14 or later)");
        if (wrk == null || nginx == null || haproxy == null || session == null || !missing.isEmpty()) {
            throw new BenchException(
                    "missing here: " + String.join(", ", missing) + "; install them (in brackets: Debian's package)");
        }
        return new Tools(wrk, nginx, haproxy);
    }

    /** On the PATH, and where Debian keeps what only root's PATH has. */
    static @Nullable Path find(String name, String debianPackage, List<String> missing) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin:/sbin";
        Path found = Stream.of(path.split(":", -1))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        if (found == null) missing.add(name + " (" + debianPackage + ")");
        return found;
    }

    /** The first line that a program says of its version. */
    static String version(Path program, String flag) throws IOException {
        Process process = new ProcessBuilder(program.toString(), flag)
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return said.lines().findFirst().orElse("?").strip();
    }
}
