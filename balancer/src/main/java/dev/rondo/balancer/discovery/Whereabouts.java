package dev.rondo.balancer.discovery;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where this process runs, as far as it cannot find out by itself.
 *
 * @param apiServer URL of Kubernetes; null for that of the pod's service account, or of the user's kubeconfig
 * @param pod name of the own pod; null where it has none
 * @param tokenless whether this is a pod into which no token of its service account is mounted
 */
public record Whereabouts(
        @Nullable String apiServer, @Nullable String pod, boolean tokenless) {
    /** Where Kubernetes mounts what belongs to the service account. */
    private static final Path SERVICE_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    /** Outside of Kubernetes. */
    public static final Whereabouts NOWHERE = new Whereabouts(null, null, false);

    /** Of this process. */
    public static Whereabouts here() {
        return of(System.getenv(), SERVICE_ACCOUNT);
    }

    /** As the environment says: Kubernetes makes a pod's name the name of its host. */
    static Whereabouts of(Map<String, String> environment, Path serviceAccount) {
        return new Whereabouts(
                null,
                environment.get("HOSTNAME"),
                environment.containsKey("KUBERNETES_SERVICE_HOST") && !Files.exists(serviceAccount.resolve("token")));
    }
}
