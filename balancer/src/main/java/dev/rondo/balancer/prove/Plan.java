package dev.rondo.balancer.prove;

import java.time.Duration;

/**
 * What is asked, how often and for how long.
 *
 * @param postPath where POSTs go, with a query if need be
 * @param rate requests a second over all connections; 0 is as fast as they are answered
 * @param duration after which nothing new is sent; without effect where {@code requests} is set
 * @param warmup of requests begun in this time from the start, all is counted but how long they took
 * @param requests after which nothing new is sent; 0 is no such bound
 * @param connections requests in flight at most
 * @param postShare of the requests that are POSTs, 0 to 1; the others are GETs
 * @param newConnectionShare of the requests that are sent on a connection of their own, 0 to 1
 * @param postBody bytes of a POST's body
 * @param timeout from the beginning of a request, its connection included, to the last byte of its answer
 * @param prefix of every {@code X-Request-Id}; a dash and the request's number, from 1, follow
 * @param seed of what is left to chance: which request is a POST, which one gets a connection of its own
 */
public record Plan(
        Target target,
        String postPath,
        double rate,
        Duration duration,
        Duration warmup,
        long requests,
        int connections,
        double postShare,
        double newConnectionShare,
        int postBody,
        Duration timeout,
        String prefix,
        long seed) {
    /** Connections at most. */
    public static final int MOST_CONNECTIONS = 20_000;

    private static final int MOST_BODY = 1 << 30;
    private static final Duration LONGEST = Duration.ofDays(30);

    /** Rejects what cannot be done: {@link IllegalArgumentException} names the option and what it may be. */
    public Plan {
        require(rate >= 0 && rate <= 1e6, "--rate", "0 to 1000000 requests a second");
        require(
                duration.isPositive() && duration.compareTo(LONGEST) <= 0,
                "--duration",
                "more than 0, 30 days at most");
        require(
                !warmup.isNegative() && (requests > 0 || warmup.compareTo(duration) < 0),
                "--warmup",
                "0 or more, and less than --duration");
        require(requests >= 0, "--requests", "1 or more");
        require(connections >= 1 && connections <= MOST_CONNECTIONS, "--connections", "1 to " + MOST_CONNECTIONS);
        require(postShare >= 0 && postShare <= 1, "--post-share", "0 to 1");
        require(newConnectionShare >= 0 && newConnectionShare <= 1, "--new-connection-share", "0 to 1");
        require(postBody >= 0 && postBody <= MOST_BODY, "--post-body", "0 to " + MOST_BODY + " bytes");
        require(timeout.toMillis() >= 1 && timeout.compareTo(LONGEST) <= 0, "--timeout", "1ms to 30 days");
        require(postPath.matches("/[!-~]*"), "--post-path", "a path with its leading slash");
        require(
                prefix.matches("[A-Za-z0-9._~-]{1,100}"),
                "--prefix",
                "1 to 100 letters, digits, dots, dashes and underscores");
    }

    private static void require(boolean good, String option, String range) {
        if (!good) throw new IllegalArgumentException(option + " takes " + range);
    }
}
