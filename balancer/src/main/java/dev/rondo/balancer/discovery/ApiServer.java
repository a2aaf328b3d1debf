package dev.rondo.balancer.discovery;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the API server of Kubernetes is talked to. */
final class ApiServer {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private ApiServer() {}

    /**
     * A client for the server of this pod's service account, or else of the user's kubeconfig. The caller closes it. It reads
     * token and certificates anew, so that another one goes by what is valid then.
     *
     * @param url of another server, which asks for no name; null for none
     */
    static KubernetesClient connect(@Nullable String url) {
        ConfigBuilder config = new ConfigBuilder(url == null ? Config.autoConfigure(null) : Config.empty())
                .withConnectionTimeout((int) PATIENCE.toMillis())
                .withRequestTimeout((int) PATIENCE.toMillis())
                .withRequestRetryBackoffLimit(0) // when to try again is the feed's affair, and so is the end of a watch
                .withWatchReconnectLimit(0)
                // a stream of lines, as kubectl has it, and not a WebSocket
                .withOnlyHttpWatches(true)
                // with HTTP/2 a dead connection goes on to be used until TCP gives it up, a quarter of an hour later
                .withHttp2Disable(true)
                .withUserAgent("rondo");
        if (url != null) config = config.withMasterUrl(url);
        return new KubernetesClientBuilder()
                .withConfig(config.build())
                .withKubernetesSerialization(serialization())
                .withHttpClientFactory(new EndingHttpClient())
                .build();
    }

    /** Knows what is asked for here, and does not load every kind that Kubernetes has to find that out. */
    private static KubernetesSerialization serialization() {
        ObjectMapper mapper = new ObjectMapper();
        // the server writes null where a slice has no endpoints, and where it has no ports
        mapper.configOverride(List.class).setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY));
        KubernetesSerialization serialization = new KubernetesSerialization(mapper, false);
        serialization.registerKubernetesResource(EndpointSlice.class);
        serialization.registerKubernetesResource(EndpointSliceList.class);
        serialization.registerKubernetesResource(Status.class);
        return serialization;
    }
}
