package dev.rondo.balancer.config;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** From the values of a pool, or of the top of the file, to its records. */
final class PoolBinding {
    /** Stands where the file's own cannot, so that the rest is checked all the same; never leaves this package. */
    private static final BackendConfig UNKNOWN = new BackendConfig("unknown", URI.create("http://unknown"), 1);

    private final Construction make;
    private final Findings findings;
    private final @Nullable String zone;

    /** @param zone of the process; null or empty where the file says nothing */
    PoolBinding(Construction make, Findings findings, @Nullable String zone) {
        this.make = make;
        this.findings = findings;
        this.zone = zone == null || zone.isEmpty() ? null : zone;
    }

    PoolConfig pool(String name, Value.Fields at, PoolTimeouts timeouts) {
        BackendSource source = source(at);
        Strategy strategy = at.get("strategy", Strategy.class);
        HeadersConfig headers = new HeadersConfig(
                rules(at.section("headers").section("request")),
                rules(at.section("headers").section("response")));
        Balancing balancing = balancing(at);
        HealthCheckConfig healthCheck =
                at.find("health-check") instanceof Value.Fields check ? healthCheck(check) : null;
        OutlierConfig outlierDetection = outlierDetection(at.section("outlier-detection"));
        RetryConfig retry = retry(at.section("retry"));
        HedgeConfig hedge = at.find("hedge") instanceof Value.Fields fields ? hedge(fields) : null;
        checkLocality(at);
        PoolConfig substitute = new PoolConfig(name, strategy, List.of(UNKNOWN), timeouts, headers);
        return make.bind(
                at,
                substitute,
                () -> new PoolConfig(
                        name,
                        strategy,
                        source,
                        timeouts,
                        headers,
                        balancing,
                        healthCheck,
                        outlierDetection,
                        retry,
                        hedge));
    }

    private BackendSource source(Value.Fields at) {
        BackendSource substitute = new BackendSource.Listed(List.of(UNKNOWN));
        Value found = at.find("backends");
        if (found instanceof Value.Items items && !items.items().isEmpty()) {
            List<BackendConfig> listed =
                    items.sections().stream().map(PoolBinding::backend).toList();
            return make.bind(at, substitute, () -> new BackendSource.Listed(listed));
        }
        return found instanceof Value.Fields fields ? discovery(fields, prefersZone(at), substitute) : substitute;
    }

    private BackendSource discovery(Value.Fields at, boolean preferZone, BackendSource substitute) {
        Value.Fields kubernetes = at.find("kubernetes") instanceof Value.Fields fields ? fields : null;
        Value.Fields dns = at.find("dns") instanceof Value.Fields fields ? fields : null;
        if (kubernetes != null && dns != null)
            findings.add(dns.origin(), dns.path(), "stands beside kubernetes; a pool has one of them");
        if (kubernetes != null && kubernetes.has("service"))
            return new BackendSource.Kubernetes(
                    kubernetes.text("service"),
                    kubernetes.textOrNull("namespace"),
                    kubernetes.textOrNull("port"),
                    preferZone,
                    preferZone ? zone : null,
                    kubernetes.integer("weight"),
                    kubernetes.integer("max-requests"));
        if (dns == null || !dns.has("name")) return substitute;
        return make.bind(
                dns,
                substitute,
                () -> new BackendSource.Dns(
                        dns.text("name"),
                        dns.has("port") ? dns.integer("port") : 0,
                        dns.flag("srv"),
                        dns.duration("interval"),
                        dns.integer("weight"),
                        dns.integer("max-requests")));
    }

    private static boolean prefersZone(Value.Fields at) {
        return at.has("locality") && at.get("locality", Locality.class) == Locality.PREFER_ZONE;
    }

    private void checkLocality(Value.Fields at) {
        boolean kubernetes = at.find("backends") instanceof Value.Fields source && source.has("kubernetes");
        if (!prefersZone(at) || kubernetes || findings.covers(at.path().child("backends"))) return;
        Value value = at.at("locality");
        findings.add(
                value.origin(),
                value.path(),
                "says nothing of backends that are not found by kubernetes; leave it out");
    }

    private static BackendConfig backend(Value.Fields backend) {
        return backend.has("url") && backend.has("id")
                ? new BackendConfig(
                        backend.text("id"),
                        backend.get("url", URI.class),
                        backend.integer("weight"),
                        backend.flag("backup"),
                        backend.integer("max-requests"))
                : new BackendConfig(backend.path().shown(), UNKNOWN.url(), 1);
    }

    PoolTimeouts timeouts(Value.Fields timeouts) {
        return make.bind(
                timeouts,
                PoolTimeouts.DEFAULT,
                () -> new PoolTimeouts(
                        timeouts.duration("connect"),
                        timeouts.duration("response"),
                        timeouts.duration("attempt"),
                        timeouts.duration("request"),
                        timeouts.duration("idle"),
                        timeouts.duration("tunnel"),
                        timeouts.duration("upstream-keep-alive"),
                        timeouts.duration("upstream-max-age")));
    }

    private HeadersConfig.Rules rules(Value.Fields rules) {
        return make.bind(
                rules,
                HeadersConfig.Rules.NONE,
                () -> new HeadersConfig.Rules(
                        map(rules.section("set"), String.class),
                        map(rules.section("add"), String.class),
                        rules.items("remove").as(String.class)));
    }

    private Balancing balancing(Value.Fields at) {
        SlowStart slowStart = at.find("slow-start") instanceof Value.Fields fields ? slowStart(fields) : null;
        QueueConfig queue = queue(at.section("queue"));
        Affinity affinity = at.find("affinity") instanceof Value.Fields fields ? affinity(fields) : null;
        return make.bind(
                at,
                Balancing.DEFAULT,
                () -> new Balancing(
                        at.get("hash-on", HashOn.class),
                        at.number("bounded-load"),
                        at.number("panic-threshold"),
                        slowStart,
                        queue,
                        affinity));
    }

    private @Nullable SlowStart slowStart(Value.Fields at) {
        if (!at.has("window") || at.duration("window").isZero()) return null;
        return make.bind(at, null, () -> new SlowStart(at.duration("window"), at.number("aggression")));
    }

    private QueueConfig queue(Value.Fields at) {
        return make.bind(at, QueueConfig.DEFAULT, () -> new QueueConfig(at.integer("size"), at.duration("timeout")));
    }

    private @Nullable Affinity affinity(Value.Fields at) {
        if (!at.has("cookie") || at.text("cookie").isEmpty()) return null;
        return make.bind(
                at,
                null,
                () -> new Affinity(
                        at.text("cookie"),
                        at.has("ttl") ? at.duration("ttl") : null,
                        at.get("same-site", Affinity.SameSite.class),
                        at.flag("secure"),
                        at.flag("http-only"),
                        at.secret("secret")));
    }

    private @Nullable HealthCheckConfig healthCheck(Value.Fields at) {
        HealthCheckConfig.Kind kind = at.get("type", HealthCheckConfig.Kind.class);
        String path = at.textOrNull("path");
        if ("".equals(path)) return null;
        KeyPath missing = at.path().child("path");
        if (path == null && kind == HealthCheckConfig.Kind.HTTP) {
            if (!findings.covers(missing) && !findings.covers(at.path().child("type")))
                findings.add(at.origin(), missing, "is missing; for example path: /health/ready, or else type: tcp");
        }
        return make.bind(
                at,
                null,
                () -> new HealthCheckConfig(
                        kind,
                        at.text("method"),
                        path == null ? "/" : path,
                        at.textOrNull("host"),
                        at.get("expect", StatusRanges.class),
                        at.textOrNull("body-contains"),
                        at.integer("port"),
                        at.duration("interval"),
                        at.duration("timeout"),
                        at.number("jitter"),
                        at.integer("fall"),
                        at.integer("rise"),
                        at.get("initial", HealthCheckConfig.Initial.class)));
    }

    private OutlierConfig outlierDetection(Value.Fields at) {
        return make.bind(
                at,
                OutlierConfig.DEFAULT,
                () -> new OutlierConfig(
                        at.flag("enabled"),
                        at.integer("consecutive-failures"),
                        at.duration("base-ejection-time"),
                        at.duration("max-ejection-time"),
                        at.integer("max-ejection-percent"),
                        at.duration("interval"),
                        at.integer("success-rate-minimum-hosts"),
                        at.integer("success-rate-request-volume"),
                        at.number("success-rate-stdev-factor"),
                        at.number("latency-factor"),
                        at.duration("retry-after-max")));
    }

    private RetryConfig retry(Value.Fields at) {
        return make.bind(
                at,
                RetryConfig.DEFAULT,
                () -> new RetryConfig(
                        at.integer("attempts"),
                        at.get("on", PolicyDescription.RetrySet.class).failures(),
                        at.integer("budget-percent"),
                        at.integer("budget-min"),
                        at.integer("replay-buffer")));
    }

    private @Nullable HedgeConfig hedge(Value.Fields at) {
        HedgeConfig hedge = make.bind(
                at, HedgeConfig.DEFAULT, () -> new HedgeConfig(at.number("percentile"), at.duration("min-delay")));
        return at.flag("enabled") ? hedge : null;
    }

    static <T> SequencedMap<String, T> map(Value.Fields fields, Class<T> type) {
        SequencedMap<String, T> map = new LinkedHashMap<>();
        fields.members().keySet().forEach(name -> map.put(name, fields.get(name, type)));
        return map;
    }
}
