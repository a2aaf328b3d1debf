package dev.rondo.balancer.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How Rondo asks the backends of a pool whether they are well.
 *
 * @param kind what is asked
 * @param method of the request; HTTP only
 * @param path of the request, with its query; {@code /} where nothing is requested
 * @param host the request's {@code Host}; null is the backend's own host and port
 * @param expect the statuses of a backend that is well
 * @param bodyContains what its answer must have in it; null is anything
 * @param port 0 is the port of the backend's URL
 * @param interval from one check of a backend to the next
 * @param timeout until a check counts as failed; not longer than {@code interval}
 * @param jitter share of the interval, 0 to 1, by which each is made longer or shorter at random
 * @param fall failed checks in a row until a backend is down
 * @param rise passed checks in a row until it is up again
 * @param initial what a backend is before its first check
 */
public record HealthCheckConfig(
        Kind kind,
        String method,
        String path,
        @Nullable String host,
        StatusRanges expect,
        @Nullable String bodyContains,
        int port,
        Duration interval,
        Duration timeout,
        double jitter,
        int fall,
        int rise,
        Initial initial) {
    /** What is asked. */
    public enum Kind {
        /** A request, whose answer is judged. */
        HTTP,
        /** A connection, which is closed at once. */
        TCP
    }

    /** What a backend is before its first check. */
    public enum Initial {
        /** Not picked until its first check has answered, unless none of its pool is known to be well. */
        UNKNOWN,
        /** Well. */
        UP,
        /** Not well. */
        DOWN
    }

    private static final String UNUSED = "says nothing to a check of type tcp; leave it out";

    public HealthCheckConfig {
        var check = new Rejected.Check();
        check.that(NetworkScalars.isToken(method), "method", "is not a method (RFC 9110 §9.1)");
        check.that(path.startsWith("/"), "path", "does not begin with a slash");
        check.that(port >= 0 && port <= 65535, "port", port + " is not a port; use 1 to 65535");
        check.positive("interval", interval);
        check.positive("timeout", timeout);
        check.within("timeout", timeout, "interval", interval);
        check.that(jitter >= 0 && jitter <= 1, "jitter", "is out of range; use 0 to 1");
        check.that(fall >= 1, "fall", "must be at least 1");
        check.that(rise >= 1, "rise", "must be at least 1");
        if (kind == Kind.TCP) {
            check.that(path.equals("/"), "path", UNUSED);
            check.that(method.equals("GET"), "method", UNUSED);
            check.that(host == null, "host", UNUSED);
            check.that(expect.equals(StatusRanges.DEFAULT), "expect", UNUSED);
            check.that(bodyContains == null, "body-contains", UNUSED);
        }
        if (method.equals("HEAD") && bodyContains != null)
            check.fail(
                    List.of("body-contains", "method"),
                    "says nothing to method HEAD, whose answer has no body; use GET");
        check.done();
    }

    /** With everything else as it is where the file says nothing. */
    public static HealthCheckConfig http(String path) {
        return with(Kind.HTTP, path);
    }

    /** With everything else as it is where the file says nothing. */
    public static HealthCheckConfig tcp() {
        return with(Kind.TCP, "/");
    }

    private static HealthCheckConfig with(Kind kind, String path) {
        Duration interval = Duration.ofSeconds(2);
        Duration timeout = Duration.ofSeconds(1);
        return new HealthCheckConfig(
                kind, "GET", path, null, StatusRanges.DEFAULT, null, 0, interval, timeout, 0.2, 3, 2, Initial.UNKNOWN);
    }
}
