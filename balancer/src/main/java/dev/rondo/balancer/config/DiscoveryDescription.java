package dev.rondo.balancer.config;

import static dev.rondo.balancer.config.Key.optional;
import static dev.rondo.balancer.config.Key.required;

import dev.rondo.balancer.config.Key.Fallback;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of backends that are found rather than listed. */
final class DiscoveryDescription {
    private DiscoveryDescription() {}

    /** What may stand in place of a list of backends. */
    static Type.Section source() {
        return Description.section(
                "where they are found", List.of(Key.off("kubernetes", kubernetes(), """
                                The endpoints of a Service, as its EndpointSlices tell; see [discovery](discovery.md)."""), Key.off("dns", dns(), """
                                What a name resolves to: a headless Service, a service of Compose, SRV records; see \
                                [discovery](discovery.md).""")));
    }

    private static Type.Section kubernetes() {
        return Description.section(
                "Service",
                List.of(
                        required("service", NetworkScalars.KUBERNETES_NAME, "Its name.")
                                .example("shop"),
                        optional(
                                        "namespace",
                                        NetworkScalars.KUBERNETES_NAME,
                                        "Its namespace; that of Rondo's own pod where it is not set.")
                                .example("shop"),
                        optional("port", NetworkScalars.SERVICE_PORT, """
                                        The port of the pods (`targetPort`), or the name that the Service gives it. May be left out where the \
                                        Service has only one.""").example("http"),
                        weight("Of each backend."),
                        maxRequests()));
    }

    private static Type.Section dns() {
        return Description.section(
                "DNS name",
                List.of(
                        required("name", NetworkScalars.DNS_NAME, """
                                Each of its addresses is a backend: the IPv4 ones, or where it has none, the IPv6 ones.""").example("web"),
                        optional("port", Scalars.PORT, "Of every backend. Not where SRV records say it.")
                                .example("8080"),
                        Key.of("srv", Scalars.FLAG, "false", """
                                        Whether SRV records (RFC 2782) are asked for: each is a backend, those of the lowest priority first, the \
                                        others backups.""")
                                .or(new Fallback.Computed(
                                        "`true` where the name begins with `_`", DiscoveryDescription::isSrv))
                                .example("true"),
                        Key.of("interval", Scalars.WAIT, "5s", """
                                From one look-up to the next; sooner where SRV records live shorter, down to 1 s. When a look-up fails, the \
                                last answer stays."""),
                        weight("Of each backend, where SRV records do not tell them apart."),
                        maxRequests()));
    }

    private static @Nullable String isSrv(Value.Fields dns) {
        return dns.has("name") ? Boolean.toString(dns.text("name").startsWith("_")) : "false";
    }

    private static Key weight(String meaning) {
        return Key.of("weight", Scalars.integer(1, 1000), "1", meaning);
    }

    private static Key maxRequests() {
        return Key.of("max-requests", Scalars.integer(0, 10_000_000), "0", """
                Requests in flight that each gets at most, over all loops; more wait in `queue`. 0 is no limit.""");
    }
}
