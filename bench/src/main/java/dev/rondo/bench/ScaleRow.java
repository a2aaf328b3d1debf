package dev.rondo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * How the cost of a tiny request grows with something.
 *
 * @param axis what grows, for the plot
 * @param sizes of it, in order
 * @param point what is measured at one size
 * @param peers who is measured
 */
record ScaleRow(String name, String about, String axis, Sizes sizes, Point point, Function<Workbench, List<Peer>> peers)
        implements Row {
    /** As many as make sense on this machine. */
    interface Sizes {
        List<Integer> get() throws IOException;
    }

    /** Configuration and load at one size. */
    interface Point {
        Setup setup(Workbench bench, int size);

        default Load load(int size) {
            return Load.get(64);
        }
    }

    @Override
    public int seconds(Workbench.Pace pace) {
        return 4 * (16 + pace.rounds() * 3 * (pace.seconds() + 2));
    }

    @Override
    public List<Report> run(Workbench bench) throws IOException, BenchException, InterruptedException {
        List<Metric> columns =
                List.of(Metric.REQUESTS, Metric.CPU, Metric.USER, Metric.P50, Metric.P99, Metric.RSS, Metric.ERRORS);
        List<Report> reports = new ArrayList<>();
        SequencedMap<String, SequencedMap<Integer, Double>> curves = new LinkedHashMap<>();
        for (int size : sizes.get()) {
            Workbench.say(name + " " + size);
            Report report;
            try {
                report = TurnsRow.measure(
                        bench,
                        name + " " + size + ": " + about,
                        peers.apply(bench),
                        point.setup(bench, size),
                        new LoadTrial(point.load(size)),
                        columns);
            } catch (BenchException e) {
                if (reports.isEmpty()) throw e;
                Workbench.say("the curves end before " + size + ": " + e.getMessage());
                break;
            }
            reports.add(report);
            for (String proxy : report.turns().keySet()) {
                curves.computeIfAbsent(proxy, key -> new TreeMap<>())
                        .put(size, report.medians(proxy).get(Metric.CPU));
            }
        }
        Path file = bench.work().resolveSibling("plots").resolve(name + ".svg");
        Files.createDirectories(file.getParent());
        Files.writeString(file, new Plot(about, axis, "CPU µs per request", curves).svg());
        return reports;
    }
}
