package dev.rondo.balancer.testkit;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** EndpointSlices as a cluster has them. */
public final class Slices {
    private Slices() {}

    /** A slice of IPv4 addresses with one port. */
    public static EndpointSlice slice(String name, String service, int port, Endpoint... endpoints) {
        return slice(name, service, "IPv4", port, endpoints);
    }

    /** A slice with one port, named {@code http}. */
    public static EndpointSlice slice(String name, String service, String family, int port, Endpoint... endpoints) {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("shop")
                .addToLabels("kubernetes.io/service-name", service)
                .endMetadata()
                .withAddressType(family)
                .addNewPort()
                .withName("http")
                .withPort(port)
                .withProtocol("TCP")
                .endPort()
                .withEndpoints(List.of(endpoints))
                .build();
    }

    /** A pod that is ready. */
    public static Endpoint ready(String pod, String address) {
        return pod(pod, address, true, true, false);
    }

    /** A pod with these conditions; null is one that nobody has told. */
    public static Endpoint pod(
            String pod,
            String address,
            @Nullable Boolean ready,
            @Nullable Boolean serving,
            @Nullable Boolean terminating) {
        return new EndpointBuilder()
                .withAddresses(address)
                .withNewTargetRef()
                .withKind("Pod")
                .withName(pod)
                .withNamespace("shop")
                .endTargetRef()
                .withNewConditions()
                .withReady(ready)
                .withServing(serving)
                .withTerminating(terminating)
                .endConditions()
                .build();
    }

    /** The same in a zone. */
    public static Endpoint in(String zone, Endpoint endpoint) {
        return new EndpointBuilder(endpoint).withZone(zone).build();
    }

    /** The same with a hint for a zone. */
    public static Endpoint hinted(String zone, Endpoint endpoint) {
        return new EndpointBuilder(endpoint)
                .withNewHints()
                .addNewForZone(zone)
                .endHints()
                .build();
    }
}
