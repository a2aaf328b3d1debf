package dev.rondo.balancer.cluster;

import dev.rondo.balancer.cluster.Ejection.Cause;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Who does far worse than its pool. Success rates as Envoy judges them (its documentation, "Outlier detection", success
 * rate): below mean − factor × standard deviation. Latency: a mean above factor × the median of the pool's means. Only
 * backends with enough requests in the interval are compared, and only where there are enough of those.
 */
final class Comparison {
    /** Rates that are equal must not differ from their mean by the last bit of a division. */
    private static final double ROUNDING = 1e-9;

    /**
     * Who should go, and why.
     *
     * @param reason for people
     */
    record Suspect<K>(K who, Cause cause, String reason) {}

    private record Interval<K>(K who, Totals totals) {}

    private Comparison() {}

    /**
     * The suspects of the interval between two samples: those that fail before those that are slow, each the worst first.
     * Who is missing {@code before} has joined since; who is missing {@code after} is gone.
     */
    static <K> List<Suspect<K>> suspects(Map<K, Totals> before, Map<K, Totals> after, OutlierTerms terms) {
        List<Interval<K>> intervals = new ArrayList<>();
        for (Map.Entry<K, Totals> one : after.entrySet()) {
            Totals sinceThen = one.getValue().since(before.getOrDefault(one.getKey(), Totals.NONE));
            intervals.add(new Interval<>(one.getKey(), sinceThen));
        }
        List<Suspect<K>> suspects = failing(intervals, terms);
        Set<K> failing = new HashSet<>();
        for (Suspect<K> suspect : suspects) failing.add(suspect.who());
        for (Suspect<K> suspect : slow(intervals, terms)) if (!failing.contains(suspect.who())) suspects.add(suspect);
        return suspects;
    }

    private static <K> List<Suspect<K>> failing(List<Interval<K>> all, OutlierTerms terms) {
        List<Suspect<K>> suspects = new ArrayList<>();
        List<Interval<K>> busy = new ArrayList<>(all);
        busy.removeIf(one -> one.totals().requests() < Math.max(1, terms.successRateRequestVolume()));
        if (terms.successRateStdevFactor() == 0 || busy.size() < terms.successRateMinimumHosts()) return suspects;

        busy.sort(Comparator.comparingDouble(one -> one.totals().successRate()));
        double sum = 0;
        for (Interval<K> one : busy) sum += one.totals().successRate();
        double mean = sum / busy.size();
        double squares = 0;
        for (Interval<K> one : busy) squares += Math.pow(one.totals().successRate() - mean, 2);
        double least = mean - terms.successRateStdevFactor() * Math.sqrt(squares / busy.size());
        for (Interval<K> one : busy) {
            double rate = one.totals().successRate();
            // one failure in a hundred is two deviations in a pool of five: not worth a fifth of the pool
            boolean few = one.totals().failures() < terms.consecutiveFailures();
            if (rate < least - ROUNDING && !few)
                suspects.add(new Suspect<>(one.who(), Cause.SUCCESS_RATE, rateReason(rate, least, mean)));
        }
        return suspects;
    }

    private static <K> List<Suspect<K>> slow(List<Interval<K>> all, OutlierTerms terms) {
        List<Suspect<K>> suspects = new ArrayList<>();
        List<Interval<K>> busy = new ArrayList<>(all);
        busy.removeIf(one -> one.totals().answers() < Math.max(1, terms.successRateRequestVolume()));
        if (terms.latencyFactor() == 0 || busy.isEmpty() || busy.size() < terms.successRateMinimumHosts())
            return suspects;

        busy.sort(Comparator.comparingDouble(one -> -one.totals().meanLatencyNanos()));
        double upper = busy.get((busy.size() - 1) / 2).totals().meanLatencyNanos();
        double lower = busy.get(busy.size() / 2).totals().meanLatencyNanos();
        double most = terms.latencyFactor() * (upper + lower) / 2;
        for (Interval<K> one : busy) {
            double mean = one.totals().meanLatencyNanos();
            if (mean > most) suspects.add(new Suspect<>(one.who(), Cause.LATENCY, latencyReason(mean, most)));
        }
        return suspects;
    }

    private static String rateReason(double rate, double least, double mean) {
        return String.format(
                Locale.ROOT,
                "success rate of %.1f %%, below %.1f %% where the pool's mean is %.1f %%",
                100 * rate,
                100 * least,
                100 * mean);
    }

    private static String latencyReason(double mean, double most) {
        return String.format(Locale.ROOT, "mean latency of %.1f ms, above %.1f ms", mean / 1e6, most / 1e6);
    }
}
