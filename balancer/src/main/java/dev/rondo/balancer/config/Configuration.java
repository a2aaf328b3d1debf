package dev.rondo.balancer.config;

import java.util.List;
import java.util.SequencedMap;

/**
 * A whole, valid configuration: what {@code rondo check} has accepted. Immutable.
 *
 * @param server where requests are accepted
 * @param admin where health, metrics and the API are served
 * @param engine what runs the relay
 * @param loops number of event loops; 0 is one for each processor
 * @param limits what a client may send
 * @param timeouts how long a client is waited for
 * @param trustedProxies peers whose {@code X-Forwarded-For} is appended to rather than replaced
 * @param forwarded whether {@code Forwarded} (RFC 7239) is added as well
 * @param via the pseudonym in {@code Via} (RFC 9110 §7.6.3)
 * @param exposeErrors whether {@code Proxy-Status} (RFC 9209) is added to answers of our own
 * @param dnsRefresh how old a resolved address may get
 * @param drain how the process ends
 * @param accessLog one line for each exchange
 * @param log the application's own log
 * @param pools in the order of the file; never empty
 * @param routes in the order of the file; each names a pool that exists; never empty
 */
public record Configuration(
        ServerConfig server,
        AdminConfig admin,
        EngineKind engine,
        int loops,
        LimitsConfig limits,
        ClientTimeouts timeouts,
        List<Cidr> trustedProxies,
        boolean forwarded,
        String via,
        boolean exposeErrors,
        java.time.Duration dnsRefresh,
        DrainConfig drain,
        AccessLogConfig accessLog,
        LogConfig log,
        SequencedMap<String, PoolConfig> pools,
        List<RouteConfig> routes) {}
