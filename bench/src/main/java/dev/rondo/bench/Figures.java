package dev.rondo.bench;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** One turn of one proxy, or the medians of several. Immutable. */
record Figures(Map<Metric, Double> values) {
    Figures {
        values = Collections.unmodifiableMap(new EnumMap<>(values));
    }

    /** NaN where it was not measured. */
    double get(Metric metric) {
        return values.getOrDefault(metric, Double.NaN);
    }

    /** For each metric the median of those who have it; of errors the sum, which must not be hidden. */
    static Figures medians(List<Figures> turns) {
        Map<Metric, Double> medians = new EnumMap<>(Metric.class);
        var metrics = new TreeSet<Metric>();
        for (Figures turn : turns) metrics.addAll(turn.values.keySet());
        for (Metric metric : metrics) {
            double[] sorted = turns.stream()
                    .mapToDouble(turn -> turn.get(metric))
                    .filter(value -> !Double.isNaN(value))
                    .sorted()
                    .toArray();
            medians.put(metric, metric == Metric.ERRORS ? sum(sorted) : median(sorted));
        }
        return new Figures(medians);
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) sum += value;
        return sum;
    }
}
