package dev.rondo.balancer.config;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the backends of a pool come from. */
public sealed interface BackendSource {
    /** For people: {@code Service shop/api}. */
    String shown();

    /**
     * The file names them.
     *
     * @param backends never empty; ids are unique
     */
    record Listed(List<BackendConfig> backends) implements BackendSource {
        public Listed {
            backends = List.copyOf(backends);
            var check = new Rejected.Check();
            check.that(!backends.isEmpty(), "backends", "is empty; name at least one");
            check.that(
                    backends.isEmpty() || !backends.stream().allMatch(BackendConfig::backup),
                    "backends",
                    "are backups only; leave backup out of at least one");
            checkIds(check, backends);
            check.done();
        }

        private static void checkIds(Rejected.Check check, List<BackendConfig> backends) {
            Map<String, Integer> ids = new HashMap<>();
            for (int i = 0; i < backends.size(); i++) {
                BackendConfig backend = backends.get(i);
                Integer first = ids.putIfAbsent(backend.id(), i);
                if (first != null)
                    check.fail(
                            List.of("backends[" + i + "].id", "backends[" + i + "].url"),
                            Text.quoted(backend.id()) + " is the id of backends[" + first
                                    + "] as well; ids are unique in a pool");
            }
        }

        @Override
        public String shown() {
            return "the configuration";
        }
    }

    /**
     * The endpoints of a Service.
     *
     * @param namespace null for that of the process's own pod
     * @param port of the pods, by its number or by the name that the Service gives it; null where the Service has only one
     * @param preferZone whether endpoints in the zone of the process come first
     * @param zone of the process; null where it is to be found out
     * @param weight of each backend
     * @param maxRequests of each backend, at a time; 0 is no limit
     */
    record Kubernetes(
            String service,
            @Nullable String namespace,
            @Nullable String port,
            boolean preferZone,
            @Nullable String zone,
            int weight,
            int maxRequests)
            implements BackendSource {
        @Override
        public String shown() {
            return "Service " + (namespace == null ? "" : namespace + "/") + service;
        }
    }

    /**
     * What a name resolves to.
     *
     * @param port of every backend; 0 where SRV records say it
     * @param srv whether SRV records are asked for (RFC 2782), and not addresses
     * @param interval from one look-up to the next
     * @param weight of each backend, unless SRV records tell them apart
     * @param maxRequests of each backend, at a time; 0 is no limit
     */
    record Dns(String name, int port, boolean srv, Duration interval, int weight, int maxRequests)
            implements BackendSource {
        public Dns {
            var check = new Rejected.Check();
            check.positive("interval", interval);
            check.that(
                    srv || port > 0,
                    "port",
                    "is missing; for example port: 8080, or srv: true where SRV records say it");
            check.that(!srv || port == 0, "port", "comes from the SRV records; leave it out");
            check.done();
        }

        @Override
        public String shown() {
            return (srv ? "SRV records of " : "DNS name ") + name;
        }
    }
}
