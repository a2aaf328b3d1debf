package dev.rondo.balancer.config;

import static dev.rondo.balancer.config.Key.off;
import static dev.rondo.balancer.config.Key.optional;
import static dev.rondo.balancer.config.Key.required;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The keys that say how a pool keeps its promises: balancing, health, outlier detection, retries, hedging. */
final class PolicyDescription {
    private static final Type.Scalar<RetryOn> RETRY_ON = Scalars.choice(RetryOn.class);

    private PolicyDescription() {}

    /** In the order of the reference; they stand at the top and in each pool. */
    static List<Key> keys() {
        return List.of(
                Key.of("hash-on", PolicyScalars.HASH_ON, "client-ip", """
                        What `consistent-hash` and `rendezvous` hash: `client-ip`, `header:NAME`, `cookie:NAME` or `path` \
                        (without the query). A request that lacks the field or the cookie is hashed by the client's address. \
                        Other strategies refuse it."""),
                Key.of("bounded-load", Scalars.orOff(Scalars.decimal(1, 100), 0.0), "off", """
                        `1.25` passes over a backend with more than 125 % of the mean requests in flight. Only with \
                        `consistent-hash` and `rendezvous`."""),
                Key.of("panic-threshold", Scalars.decimal(0, 1), "0", """
                        Share of healthy backends below which all are used, healthy or not. At 0, when none is left, those are \
                        used that `outlier-detection` alone has benched; a failed health check is believed."""),
                off("slow-start", slowStart(), """
                        A backend that comes back gets its share bit by bit: max(10 %, (t / window)^(1 / aggression)) of its \
                        weight."""),
                optional("queue", queue(), "Where requests wait while every backend has its `max-requests`."),
                off("affinity", affinity(), """
                        A cookie that brings a client back to its backend; it names no backend in clear text and is signed."""),
                off("health-check", healthCheck(), "How backends are asked whether they are well."),
                optional("outlier-detection", outlierDetection(), """
                        When a backend is benched because of how it answers, without being asked. `outlier-detection: off` \
                        switches all of it off."""),
                optional("retry", retry(), """
                        What is done about a request that a backend failed. `retry: off` is no further attempt."""),
                off("hedge", hedge(), """
                        A second attempt for a safe request (GET, HEAD, OPTIONS, TRACE) whose answer is slow to begin; it is \
                        taken out of the budget of `retry`, at another backend, once for a request, and the loser is cancelled. Not for a \
                        body, an upgrade, nor where an `affinity` cookie names the backend. `hedge: on` takes the defaults."""));
    }

    private static Type.Section slowStart() {
        return sectionOrIts(
                "slow start",
                required("window", Scalars.orOff(Scalars.WAIT, Duration.ZERO), "After which the weight is whole.")
                        .example("30s"),
                Key.of("aggression", Scalars.decimal(0.1, 10), "1", """
                        1 is linear, more is faster at the beginning."""));
    }

    private static Type.Section queue() {
        return new Type.Section(
                "queue",
                List.of(
                        Key.of("size", Scalars.integer(0, 1_000_000), "1024", """
                                Requests that wait at most; 503 with `Retry-After` over it. 0 lets none wait."""),
                        Key.of("timeout", Scalars.WAIT, "5s", """
                                How long a request waits before it is answered with 503 and `Retry-After`.""")),
                null);
    }

    private static Type.Section affinity() {
        return sectionOrIts(
                "affinity",
                required("cookie", PolicyScalars.AFFINITY_COOKIE, "The cookie's name (RFC 6265 §4.1.1).")
                        .example("rondo"),
                optional("ttl", Scalars.duration(Duration.ofSeconds(1)), """
                                How long a browser keeps it, in whole seconds; until it closes where this is not set.""").example("1h"),
                Key.of("same-site", Scalars.choice(Affinity.SameSite.class), "lax", """
                        Its `SameSite`. `none` takes `secure: true`."""),
                Key.of("secure", Scalars.FLAG, "false", "Whether browsers send it over TLS only."),
                Key.of("http-only", Scalars.FLAG, "true", "Whether scripts cannot read it."),
                optional("secret", Scalars.SECRET, """
                                Signs the cookie. Where it is not set each process makes up one of its own at the start: cookies \
                                then outlive neither a restart nor the way to another replica, and such a client is given a \
                                new one. Better set by a variable than in the file; `rondo print` does not show it.""").example("0123456789abcdef0123456789abcdef"));
    }

    private static Type.Section healthCheck() {
        return sectionOrIts(
                "health check",
                optional("path", PolicyScalars.CHECK_PATH, """
                                What is requested, with its query; 2xx and 3xx are well. Must be set unless `type` is `tcp`.""").example("/health/ready"),
                Key.of("type", Scalars.choice(HealthCheckConfig.Kind.class), "http", """
                        `http` sends a request, `tcp` only connects, and then `path`, `method`, `host`, `expect` and \
                        `body-contains` have no place."""),
                Key.of("method", PolicyScalars.CHECK_METHOD, "GET", "The request's method."),
                optional("host", PolicyScalars.CHECK_HOST, """
                                The request's `Host`; the backend's own host and port where it is not set.""").example("shop.example.com"),
                Key.of("expect", PolicyScalars.STATUSES, "200-399", """
                                The statuses of a backend that is well: `204`, `200-299`, or a list of such.""").example("[200, 204]"),
                optional("body-contains", PolicyScalars.BODY_TEXT, "Text that the answer's body must have in it.")
                        .example("ok"),
                Key.of("port", Scalars.integer(0, 65535), "0", "Port that is asked; 0 is that of the backend's URL."),
                Key.of("interval", Scalars.WAIT, "2s", "From one check of a backend to the next."),
                Key.of("timeout", Scalars.WAIT, "1s", """
                        After which a check has failed, all of it together. Not longer than `interval`."""),
                Key.of("jitter", Scalars.decimal(0, 1), "0.2", """
                        Share of the interval by which the first check and each interval vary at random, so that checks do not \
                        burst."""),
                Key.of("fall", Scalars.integer(1, 1000), "3", "Failed checks in a row until a backend is down."),
                Key.of("rise", Scalars.integer(1, 1000), "2", """
                        Passed checks in a row until it is up again. The first check after the start decides alone."""),
                Key.of("initial", Scalars.choice(HealthCheckConfig.Initial.class), "unknown", """
                        What a backend is before its first check. `unknown` is not picked, unless none of the pool is known to be well."""));
    }

    private static Type.Section outlierDetection() {
        return sectionOrIts(
                "outlier detection",
                Key.of("enabled", Scalars.SWITCH, "on", "`off` benches nobody, whatever the other keys say."),
                Key.of("consecutive-failures", Scalars.integer(0, 100_000), "5", """
                        Failures in a row that eject a backend: failed connections, resets, timeouts, and 502, 503 or 504 of its \
                        own. 0 is off."""),
                Key.of("base-ejection-time", Scalars.WAIT, "30s", """
                        How long the first ejection lasts; the n-th lasts n times as long. Not longer than `max-ejection-time`."""),
                Key.of("max-ejection-time", Scalars.WAIT, "300s", "How long any ejection lasts at most."),
                Key.of("max-ejection-percent", Scalars.integer(0, 100), "50", """
                        Share of the pool that may be ejected at a time. One backend always may, the last healthy one never."""),
                Key.of("interval", Scalars.WAIT, "10s", "From one look at success rates and latencies to the next."),
                Key.of("success-rate-minimum-hosts", Scalars.integer(2, 10_000), "5", """
                        Backends with enough requests in an interval that it takes to compare their success rates and latencies."""),
                Key.of("success-rate-request-volume", Scalars.integer(1, 1_000_000_000), "100", """
                        Requests of a backend in an interval that are enough."""),
                Key.of("success-rate-stdev-factor", Scalars.orOff(Scalars.decimal(0, 100), 0.0), "1.9", """
                        Standard deviations below the pool's mean at which a success rate ejects; 0 is off."""),
                Key.of("latency-factor", Scalars.orOff(Scalars.decimal(0, 1000), 0.0), "off", """
                        `3` ejects a backend whose mean latency in an interval is above three times the pool's median. More \
                        than 1; 0 is off."""),
                Key.of("retry-after-max", Scalars.orOff(Scalars.WAIT_OR_NONE, Duration.ZERO), "60s", """
                        Longest time for which `Retry-After` in a backend's 503 benches that backend; 0s ignores the field."""));
    }

    private static Type.Section retry() {
        return sectionOrIts(
                "retry",
                Key.of("attempts", Scalars.orOff(Scalars.integer(0, 10), 0), "2", """
                        Attempts after the first, never at the same backend twice while another is left."""),
                Key.of("on", several(), all(), """
                                After which failures. The first three hold for any method; `reset`, `gateway-error` (502, 503 and \
                                504) and `timeout` only where repeating is safe (RFC 9110 §9.2.2): GET, HEAD, OPTIONS, TRACE, PUT, \
                                DELETE, or with an `Idempotency-Key`, and the body not sent or still in the `replay-buffer`.""").example("[connect-failure, refused-stream, reset-before-request]"),
                Key.of("budget-percent", Scalars.integer(0, 100), "20", """
                        Share of the pool's active requests that may be further attempts at a time. Those after a failure of \
                        the first three kinds do not count: no backend had begun."""),
                Key.of("budget-min", Scalars.integer(0, 100_000), "3", """
                        Further attempts at a time that are allowed in any case."""),
                Key.of("replay-buffer", Scalars.size(0, 64 << 20), "64KiB", """
                        Bytes of a request's body that are kept so that it can be sent again; a longer body is sent once."""));
    }

    private static Type.Scalar<RetrySet> several() {
        return Scalars.severalOf(
                "list of " + RETRY_ON.name(), RETRY_ON, Scalars.schema("type", "string"), RetrySet::parse);
    }

    private static String all() {
        return String.join(
                ", ", EnumSet.allOf(RetryOn.class).stream().map(Scalars::word).toList());
    }

    /** {@link Value.Fields#get} wants a class, which a set has not. */
    record RetrySet(Set<RetryOn> failures) {
        private static RetrySet parse(String text) {
            Set<RetryOn> failures = EnumSet.noneOf(RetryOn.class);
            for (String word : text.split(",", -1)) {
                RETRY_ON.refusal(word.strip()).ifPresent(refusal -> {
                    throw new IllegalArgumentException("names " + Text.quoted(word.strip()) + ", which " + refusal);
                });
                failures.add(RETRY_ON.parse().apply(word.strip()));
            }
            return new RetrySet(failures);
        }
    }

    private static Type.Section hedge() {
        return sectionOrIts(
                "hedge",
                Key.of("enabled", Scalars.SWITCH, "on", "`off` sends none, whatever the other keys say."),
                Key.of("percentile", Scalars.decimal(0.01, 0.9999), "0.95", """
                        Of the times that such requests of the pool took of late to the head of an answer: one that takes longer gets \
                        the second attempt. None does before 1 / (1 - percentile) answers are known."""),
                Key.of(
                        "min-delay",
                        Scalars.WAIT_OR_NONE,
                        "10ms",
                        "No second attempt before this; it may be up to 20 ms later."));
    }

    /** A scalar that stands for the section is its first key. */
    private static Type.Section sectionOrIts(String name, Key... keys) {
        return new Type.Section(name, List.of(keys), keys[0]);
    }
}
