package dev.rondo.balancer.prove;

import java.util.List;
import java.util.Map;

/**
 * The ledger at the end of a run. Every request that was sent either got a good answer or failed.
 *
 * @param target the URL, and what Host says where that is something else
 * @param prefix of the requests' ids
 * @param seconds from the start to the last answer
 * @param warmup seconds from the start; what was begun in them is not in {@code latencies}
 * @param sent requests by method
 * @param good answers with a status below 400
 * @param answered whole answers by status
 * @param failed requests by cause, then by method
 * @param servers good answers by who gave them
 * @param latencies from the beginning of a request to its end, of good ones and by cause
 * @param failures the first of them
 * @param perSecond good and failed ones that ended in each second
 */
record Summary(
        String target,
        String prefix,
        double seconds,
        double warmup,
        Map<String, Long> sent,
        long good,
        Map<Integer, Long> answered,
        Map<String, Map<String, Long>> failed,
        Map<String, Long> servers,
        Connections connections,
        Gap longestGap,
        Map<String, Latencies.Summary> latencies,
        List<Failure> failures,
        List<long[]> perSecond) {
    /**
     * What became of connections.
     *
     * @param opened or tried to
     * @param foundClosed by the server, before a request was sent on them
     * @param reopened GETs that were sent again since the connection was closed as they were sent
     */
    record Connections(long opened, long foundClosed, long reopened) {}

    /**
     * The longest time without a good answer.
     *
     * @param fromMillis its beginning, since the start
     */
    record Gap(long fromMillis, double millis) {}

    long allSent() {
        return sum(sent);
    }

    long allFailed() {
        return failed.values().stream().mapToLong(Summary::sum).sum();
    }

    static long sum(Map<?, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** By how much the counts of any two servers differ at most. */
    long skew() {
        if (servers.isEmpty()) return 0;
        long most = servers.values().stream().mapToLong(Long::longValue).max().orElse(0);
        long least = servers.values().stream().mapToLong(Long::longValue).min().orElse(0);
        return most - least;
    }
}
