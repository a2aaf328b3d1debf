package dev.rondo.balancer.discovery;

import dev.rondo.balancer.cluster.Found;
import dev.rondo.balancer.cluster.Withheld;
import dev.rondo.balancer.config.BackendSource;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.ForZone;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** From the slices of a Service to backends. Does not depend on the order of slices, or of endpoints in them. */
final class EndpointTable {
    private static final Withheld NOT_READY = new Withheld("its pod is not ready", false);
    private static final Withheld TERMINATING = new Withheld("its pod is terminating", true);

    /**
     * What a slice says of one pod.
     *
     * @param id name of the pod, or its place where it is none
     * @param hints zones that are to use it; null where nobody said so
     */
    private record Entry(
            String id,
            boolean isPod,
            boolean ipv4,
            String host,
            int port,
            boolean ready,
            boolean serving,
            boolean terminating,
            @Nullable String zone,
            @Nullable List<String> hints) {
        boolean isUsable() {
            return ready && !terminating;
        }

        /** Of the same pod twice, in slices that are not of the same moment: what is better of it, and IPv4 first. */
        static final Comparator<Entry> BETTER = Comparator.comparing((Entry entry) -> !entry.isUsable())
                .thenComparing(entry -> entry.terminating)
                .thenComparing(entry -> !entry.ipv4)
                .thenComparing(Entry::host)
                .thenComparing(Entry::port);
    }

    /**
     * @param found sorted by id
     * @param missing what is wrong with the port that was asked for; null where nothing is
     */
    record Backends(List<Found> found, @Nullable String missing) {}

    private final BackendSource.Kubernetes config;
    private final @Nullable String zone;

    /** @param zone of this process; null where it is not known, or makes no difference */
    EndpointTable(BackendSource.Kubernetes config, @Nullable String zone) {
        this.config = config;
        this.zone = zone;
    }

    /** @param slices all of the Service */
    Backends backends(Collection<EndpointSlice> slices) {
        List<Entry> all = new ArrayList<>();
        SequencedSet<String> ports = new LinkedHashSet<>();
        for (EndpointSlice slice : slices) {
            if (!"IPv4".equals(slice.getAddressType()) && !"IPv6".equals(slice.getAddressType())) continue;
            int port = port(slice);
            if (port > 0) for (Endpoint endpoint : slice.getEndpoints()) add(all, slice, endpoint, port);
            else if (!slice.getEndpoints().isEmpty()) ports.add(shown(slice.getPorts()));
        }
        String missing = ports.isEmpty()
                ? null
                : (config.port() == null ? "there is more than one port" : "there is no port " + config.port())
                        + ", but " + String.join(" or ", ports) + "; set port to the one of the pods, or to its name";
        return new Backends(found(onceEach(all)), missing);
    }

    /** One slice has one family; a pod that has both is in two slices. */
    private static Collection<Entry> onceEach(List<Entry> all) {
        boolean four = all.stream().anyMatch(entry -> !entry.isPod && entry.ipv4);
        Map<String, Entry> best = new TreeMap<>();
        for (Entry entry : all) {
            // what is no pod has no name that would tell that it is there already
            if (!entry.isPod && four && !entry.ipv4) continue;
            best.merge(entry.id, entry, (one, other) -> Entry.BETTER.compare(one, other) <= 0 ? one : other);
        }
        return best.values();
    }

    private List<Found> found(Collection<Entry> entries) {
        // KEP-1669: where all are on their way out, those that still serve are better than none
        boolean any = entries.stream().anyMatch(Entry::isUsable);
        boolean hinted = entries.stream().filter(Entry::isUsable).allMatch(entry -> entry.hints != null);
        return entries.stream()
                .map(entry -> new Found(
                        Places.backend(entry.id, entry.host, entry.port, config.weight(), false, config.maxRequests()),
                        isNear(entry, hinted),
                        withheld(entry, any)))
                .toList();
    }

    /** As kube-proxy: hints count where every endpoint has one. */
    private boolean isNear(Entry entry, boolean hinted) {
        if (zone == null) return true;
        return (hinted && entry.hints != null) ? entry.hints.contains(zone) : zone.equals(entry.zone);
    }

    private static @Nullable Withheld withheld(Entry entry, boolean any) {
        if (entry.terminating) return (any || !entry.serving) ? TERMINATING : null;
        return entry.ready ? null : NOT_READY;
    }

    private static void add(List<Entry> all, EndpointSlice slice, Endpoint endpoint, int port) {
        if (endpoint.getAddresses().isEmpty()) return;
        // all addresses of an endpoint are the same pod; the API asks to use the first
        String host = endpoint.getAddresses().getFirst();
        boolean pod = endpoint.getTargetRef() != null
                && "Pod".equals(endpoint.getTargetRef().getKind())
                && endpoint.getTargetRef().getName() != null;
        EndpointConditions conditions =
                endpoint.getConditions() == null ? new EndpointConditions() : endpoint.getConditions();
        boolean ready = !Boolean.FALSE.equals(conditions.getReady()); // unknown is ready, says the API
        all.add(new Entry(
                pod ? endpoint.getTargetRef().getName() : Places.authority(host, port),
                pod,
                "IPv4".equals(slice.getAddressType()),
                host,
                port,
                ready,
                conditions.getServing() == null ? ready : conditions.getServing(),
                Boolean.TRUE.equals(conditions.getTerminating()),
                endpoint.getZone(),
                hints(endpoint)));
    }

    private static @Nullable List<String> hints(Endpoint endpoint) {
        if (endpoint.getHints() == null || endpoint.getHints().getForZones().isEmpty()) return null;
        return endpoint.getHints().getForZones().stream().map(ForZone::getName).toList();
    }

    /** 0 where the slice does not have the one that is asked for. */
    private int port(EndpointSlice slice) {
        List<EndpointPort> ports = slice.getPorts().stream()
                .filter(port -> port.getPort() != null)
                .filter(port -> port.getProtocol() == null || "TCP".equals(port.getProtocol()))
                .toList();
        String wanted = config.port();
        if (wanted == null) return ports.size() == 1 ? ports.getFirst().getPort() : 0;
        boolean number = Character.isDigit(wanted.charAt(0)) && wanted.chars().allMatch(Character::isDigit);
        if (number && ports.isEmpty()) return Integer.parseInt(wanted); // a headless Service may name none
        return ports.stream()
                .filter(port -> number ? port.getPort() == Integer.parseInt(wanted) : wanted.equals(port.getName()))
                .findFirst()
                .map(EndpointPort::getPort)
                .orElse(0);
    }

    private static String shown(List<EndpointPort> ports) {
        if (ports.isEmpty()) return "none";
        return ports.stream()
                .map(port -> port.getName() == null || port.getName().isEmpty()
                        ? String.valueOf(port.getPort())
                        : port.getPort() + " (" + port.getName() + ")")
                .collect(Collectors.joining(", "));
    }
}
