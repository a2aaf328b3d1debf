package dev.rondo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What a row found.
 *
 * @param title over the table
 * @param columns of the table
 * @param turns of each proxy, by name
 */
record Report(String title, List<Metric> columns, SequencedMap<String, List<Figures>> turns) {
    private static final String OURS = "rondo";

    Report {
        turns = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(turns));
    }

    /** The medians of a proxy. */
    Figures medians(String proxy) {
        return Figures.medians(turns.getOrDefault(proxy, List.of()));
    }

    /** The table, with a line for each proxy and the ratio of Rondo to each other one below it. */
    String table() {
        List<List<String>> lines = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(""));
        columns.forEach(column -> head.add(column.heading()));
        lines.add(head);
        for (String proxy : turns.keySet()) {
            List<String> line = new ArrayList<>(List.of(proxy));
            Figures figures = medians(proxy);
            for (Metric column : columns) line.add(cell(column, figures));
            lines.add(line);
        }
        if (turns.containsKey(OURS)) {
            for (String proxy : turns.keySet()) if (!proxy.equals(OURS)) lines.add(ratios(proxy));
        }
        return title + "\n" + aligned(lines);
    }

    private static String cell(Metric metric, Figures figures) {
        double value = figures.get(metric);
        return Double.isNaN(value) ? "-" : metric.format(value);
    }

    private List<String> ratios(String other) {
        Figures ours = medians(OURS);
        Figures theirs = medians(other);
        List<String> line = new ArrayList<>(List.of(OURS + " / " + other));
        for (Metric column : columns) {
            double ratio = ours.get(column) / theirs.get(column);
            line.add(column.isCompared() && Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.2f", ratio) : "");
        }
        return line;
    }

    private static String aligned(List<List<String>> lines) {
        int[] widths = new int[lines.getFirst().size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++)
                widths[i] = Math.max(widths[i], line.get(i).length());
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder row = new StringBuilder("  ");
            for (int i = 0; i < widths.length; i++) {
                String gap = " ".repeat(widths[i] - line.get(i).length());
                row.append(i == 0 ? line.get(i) + gap : "  " + gap + line.get(i));
            }
            text.append(row.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /** Every figure of every turn, one a line. */
    String values(String row) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, List<Figures>> proxy : turns.entrySet()) {
            int round = 0;
            for (Figures turn : proxy.getValue()) {
                round++;
                for (Map.Entry<Metric, Double> value : turn.values().entrySet()) {
                    text.append(String.join(
                                    "\t",
                                    row,
                                    title,
                                    proxy.getKey(),
                                    Integer.toString(round),
                                    value.getKey().name().toLowerCase(Locale.ROOT),
                                    Double.toString(value.getValue())))
                            .append('\n');
                }
            }
        }
        return text.toString();
    }

    /** Writes the values of all reports of a row, below what says where they come from. */
    static void write(Path file, String row, String machine, List<Report> reports) throws IOException {
        StringBuilder text = new StringBuilder();
        machine.lines().forEach(line -> text.append("# ").append(line).append('\n'));
        text.append("row\ttitle\tproxy\tround\tmetric\tvalue\n");
        for (Report report : reports) text.append(report.values(row));
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
