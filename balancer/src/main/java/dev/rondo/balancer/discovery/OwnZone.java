package dev.rondo.balancer.discovery;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * In which zone this process runs, without a right to read nodes: a Service of its own namespace that has its pod among its
 * endpoints says so in a slice. Of one thread.
 */
final class OwnZone {
    private static final System.Logger LOG = System.getLogger(OwnZone.class.getName());

    private final @Nullable String pod;
    private @Nullable String zone;
    private boolean told;

    /**
     * @param configured null where it is to be found out
     * @param pod null where this is no pod
     */
    OwnZone(@Nullable String configured, @Nullable String pod) {
        this.zone = configured;
        this.pod = pod;
    }

    @Nullable
    String known() {
        return zone;
    }

    /** Looks, where it is not known; whether it is now and was not before. */
    boolean look(KubernetesClient client) {
        if (zone != null) return false;
        zone = find(client).orElse(null);
        if (zone != null) LOG.log(System.Logger.Level.INFO, "this process runs in zone " + zone);
        if (zone == null && !told)
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the zone of this process is not known yet, so locality makes no difference; set zone (RONDO_ZONE),"
                            + " or let a Service select this pod and the service account list its namespace's endpointslices");
        told = true;
        return zone != null;
    }

    private Optional<String> find(KubernetesClient client) {
        String namespace = client.getNamespace();
        if (pod == null || namespace == null) return Optional.empty();
        try {
            return client.discovery().v1().endpointSlices().inNamespace(namespace).list().getItems().stream()
                    .flatMap(this::zones)
                    .findFirst();
        } catch (KubernetesClientException e) {
            return Optional.empty(); // not allowed there; whether the server is lost, the watch finds out
        }
    }

    private Stream<String> zones(EndpointSlice slice) {
        return slice.getEndpoints().stream()
                .filter(endpoint -> endpoint.getTargetRef() != null
                        && Objects.equals(pod, endpoint.getTargetRef().getName()))
                .map(Endpoint::getZone)
                .filter(Objects::nonNull);
    }
}
