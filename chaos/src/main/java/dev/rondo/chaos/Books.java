package dev.rondo.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What clients say became of their requests, beside what backends say they executed.
 *
 * @param sent requests
 * @param good answered below 400
 * @param failed by cause
 * @param executions how often each id was executed
 * @param posts ids that were executed as POSTs
 * @param unexecuted answered as good, and no backend has executed it
 */
record Books(
        long sent,
        long good,
        Map<String, Long> failed,
        Map<String, Integer> executions,
        Set<String> posts,
        long unexecuted) {
    /** A line of a backend's ledger. */
    record Entry(long millis, String kind, String id, String rest) {
        static Entry of(String line) {
            String[] words = line.split(" ", 4);
            return new Entry(
                    Long.parseLong(words[0]),
                    words[1],
                    words.length > 2 ? words[2] : "",
                    words.length > 3 ? words[3] : "");
        }
    }

    static List<Entry> entries(Path ledger) throws IOException {
        List<Entry> entries = new ArrayList<>();
        if (!Files.exists(ledger)) return entries;
        for (String line : Files.readAllLines(ledger)) entries.add(Entry.of(line));
        return entries;
    }

    static Books of(Map<String, Load.Ledger> loads, List<Path> ledgers) throws IOException {
        Map<String, Integer> executions = new HashMap<>();
        Set<String> posts = new HashSet<>();
        for (Path ledger : ledgers) {
            for (Entry entry : entries(ledger)) {
                if (!entry.kind.equals("+")) continue;
                executions.merge(entry.id, 1, Integer::sum);
                if (entry.rest.equals("POST")) posts.add(entry.id);
            }
        }
        Map<String, Long> failed = new TreeMap<>();
        long sent = 0;
        long good = 0;
        long unexecuted = 0;
        for (Map.Entry<String, Load.Ledger> load : loads.entrySet()) {
            Load.Ledger ledger = load.getValue();
            Set<String> bad = new HashSet<>();
            for (Load.Ledger.Failed each : ledger.failed()) bad.add(each.id());
            ledger.failedByCause().forEach((cause, count) -> failed.merge(cause, count, Long::sum));
            sent += ledger.sent();
            good += ledger.good();
            boolean allAreKnown = bad.size() == ledger.number("failed");
            for (long n = 1; allAreKnown && n <= ledger.sent(); n++) {
                String id = load.getKey() + "-" + n;
                if (!bad.contains(id) && !executions.containsKey(id)) unexecuted++;
            }
        }
        return new Books(sent, good, failed, executions, posts, unexecuted);
    }

    /** POSTs that were executed more than once. */
    long duplicates() {
        return executions.entrySet().stream()
                .filter(each -> each.getValue() > 1 && posts.contains(each.getKey()))
                .count();
    }

    /** GETs that were executed more than once, which harms nobody. */
    long repeats() {
        return executions.entrySet().stream()
                .filter(each -> each.getValue() > 1 && !posts.contains(each.getKey()))
                .count();
    }

    /** Requests of which nobody knows the end, or that were answered by nobody. */
    long lost() {
        return sent - good - allFailed() + unexecuted;
    }

    long allFailed() {
        return failed.values().stream().mapToLong(Long::longValue).sum();
    }

    String line() {
        String causes = failed.entrySet().stream()
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(Collectors.joining(", ", " (", ")"));
        return "sent " + sent + ", answered " + good + ", failed " + allFailed() + (failed.isEmpty() ? "" : causes)
                + ", POSTs executed twice " + duplicates() + ", GETs executed twice " + repeats() + ", lost " + lost();
    }
}
