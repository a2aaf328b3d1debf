package dev.rondo.balancer.discovery;

import org.jspecify.annotations.Nullable;

/**
 * Where this process runs, as far as it cannot find out by itself.
 *
 * @param apiServer URL of Kubernetes; null for that of the pod's service account, or of the user's kubeconfig
 * @param pod name of the own pod; null where it has none
 */
public record Whereabouts(
        @Nullable String apiServer, @Nullable String pod) {
    /** As the environment says: Kubernetes makes a pod's name the name of its host. */
    public static Whereabouts of(@Nullable String hostName) {
        return new Whereabouts(null, hostName);
    }
}
