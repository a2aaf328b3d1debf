package dev.rondo.balancer.prove;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What became of every request. Times are nanoseconds since the start of the run. Thread-safe. */
final class Ledger {
    private static final int MOST_SERVERS = 1000;
    private static final int MOST_FAILURES = 10_000;
    private static final int MOST_SECONDS = 24 * 3600;
    private static final String OTHERS = "(others)";
    private static final String NAMELESS = "(no name)";

    private final Map<String, Long> sent = new TreeMap<>();
    private final Map<Integer, Long> statuses = new TreeMap<>();
    private final Map<String, Map<String, Long>> failed = new TreeMap<>();
    private final Map<String, Long> servers = new TreeMap<>();
    private final Map<String, Latencies> latencies = new TreeMap<>();
    private final List<Failure> failures = new ArrayList<>();
    private final List<long[]> seconds = new ArrayList<>();
    private final long warmNanos;
    private long good;
    private long reopened;
    private long foundClosed;
    private long connections;
    private long lastGood;
    private Gap gap = new Gap(0, 0);

    /** @param warmup of requests begun in this time, all is counted but how long they took */
    Ledger(Duration warmup) {
        this.warmNanos = warmup.toNanos();
    }

    /** A request is about to be sent. */
    synchronized void sent(String method) {
        sent.merge(method, 1L, Long::sum);
    }

    /** A connection was asked for. */
    synchronized void connecting() {
        connections++;
    }

    /** A kept connection was found closed before a request was sent on it. */
    synchronized void foundClosed() {
        foundClosed++;
    }

    /** A kept connection was closed as a GET was sent on it, which is sent again on a new one. */
    synchronized void reopened() {
        reopened++;
    }

    /** A whole answer came. */
    synchronized void answered(String id, String method, Answer answer, long began, long ended) {
        statuses.merge(answer.status(), 1L, Long::sum);
        if (!answer.isGood()) {
            failed(new Failure(id, method, Cause.STATUS, answer.status(), millis(ended)), began, ended);
            return;
        }
        good++;
        servers.merge(name(answer.server()), 1L, Long::sum);
        took("good", began, ended);
        second(ended)[0]++;
        silence(ended);
    }

    private String name(String server) {
        if (server.isEmpty()) return NAMELESS;
        return servers.size() < MOST_SERVERS || servers.containsKey(server) ? server : OTHERS;
    }

    /** No whole answer came. */
    synchronized void failed(String id, String method, Cause cause, long began, long ended) {
        failed(new Failure(id, method, cause, 0, millis(ended)), began, ended);
    }

    private void failed(Failure failure, long began, long ended) {
        failed.computeIfAbsent(failure.kind(), _ -> new TreeMap<>()).merge(failure.method(), 1L, Long::sum);
        took(failure.kind(), began, ended);
        second(ended)[1]++;
        if (failures.size() < MOST_FAILURES) failures.add(failure);
    }

    private void took(String kind, long began, long ended) {
        if (began >= warmNanos)
            latencies.computeIfAbsent(kind, _ -> new Latencies()).add(ended - began);
    }

    private long[] second(long ended) {
        int second = (int) Math.min(MOST_SECONDS, TimeUnit.NANOSECONDS.toSeconds(ended));
        while (seconds.size() <= second) seconds.add(new long[2]);
        return seconds.get(second);
    }

    private void silence(long until) {
        if (until - lastGood > gap.nanos) gap = new Gap(lastGood, until - lastGood);
        lastGood = Math.max(lastGood, until);
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    /** All of it, at {@code end}. Before that, requests in flight are sent and neither answered nor failed. */
    synchronized Summary summary(String target, String prefix, long end) {
        silence(end);
        Map<String, Latencies.Summary> took = new TreeMap<>();
        latencies.forEach((kind, all) -> took.put(kind, all.summary()));
        Map<String, Map<String, Long>> byCause = new TreeMap<>();
        failed.forEach((kind, methods) -> byCause.put(kind, Map.copyOf(methods)));
        return new Summary(
                target,
                prefix,
                end / 1e9,
                warmNanos / 1e9,
                new TreeMap<>(sent),
                good,
                new TreeMap<>(statuses),
                byCause,
                new TreeMap<>(servers),
                new Summary.Connections(connections, foundClosed, reopened),
                new Summary.Gap(millis(gap.from), gap.nanos / 1e6),
                took,
                List.copyOf(failures),
                seconds.stream().map(long[]::clone).toList());
    }

    private record Gap(long from, long nanos) {}
}
