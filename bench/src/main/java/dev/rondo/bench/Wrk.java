package dev.rondo.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs wrk, with one thread. */
record Wrk(Path program, Path script, Path log, Children children) {
    private static final Pattern FIGURE = Pattern.compile("([a-z0-9]+)=([0-9]+)");
    private static final List<String> ERRORS = List.of("connect", "read", "write", "status", "timeout");
    private static final int PATIENCE_SECONDS = 30;

    /**
     * What wrk counted.
     *
     * @param seconds that it took
     * @param p50 µs
     * @param p99 µs
     * @param errors answers that are not 2xx, and sockets that failed
     */
    record Counted(long requests, double seconds, double p50, double p99, long errors) {
        double perSecond() {
            return requests / seconds;
        }
    }

    /**
     * As {@link #run}, for figures.
     *
     * @throws BenchException where no request was answered, too
     */
    Counted measure(Load load, int port, int seconds) throws IOException, BenchException, InterruptedException {
        Counted counted = run(load, port, seconds);
        if (counted.requests() == 0) throw new BenchException("no request was answered in " + seconds + " s");
        return counted;
    }

    /** Sends {@code load} to a port of the loopback address. */
    Counted run(Load load, int port, int seconds) throws IOException, BenchException, InterruptedException {
        Process wrk = children.startReadable(
                List.of(
                        program.toString(),
                        "-t1",
                        "-c" + load.connections(),
                        "-d" + seconds + "s",
                        "--timeout",
                        "10s",
                        "-s",
                        script.toString(),
                        "http://127.0.0.1:" + port + load.path()),
                Map.of(
                        "BENCH_METHOD", load.method(),
                        "BENCH_BODY", Integer.toString(load.sent()),
                        "BENCH_CLOSE", Boolean.toString(load.close()),
                        "BENCH_HOST", load.host()),
                log);
        boolean ended = wrk.waitFor(seconds + PATIENCE_SECONDS, TimeUnit.SECONDS); // its output fits the pipe
        children.stop(wrk);
        if (!ended) throw new BenchException("wrk did not end " + PATIENCE_SECONDS + " s after its time");
        return parse(new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    private Counted parse(String output) throws BenchException {
        String line = output.lines()
                .filter(l -> l.startsWith("bench "))
                .findFirst()
                .orElseThrow(() -> new BenchException("wrk printed no figures: see " + log + "\n" + output));
        Map<String, Long> figures = new HashMap<>();
        for (Matcher matcher = FIGURE.matcher(line); matcher.find(); ) {
            figures.put(matcher.group(1), Long.valueOf(matcher.group(2)));
        }
        long errors = 0;
        for (String kind : ERRORS) errors += figures.getOrDefault(kind, 0L);
        return new Counted(
                figures.getOrDefault("requests", 0L),
                figures.getOrDefault("micros", 0L) / 1e6,
                figures.getOrDefault("p50", 0L),
                figures.getOrDefault("p99", 0L),
                errors);
    }
}
