package dev.rondo.balancer.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.testkit.ApiServerStub;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client of the API server leaves behind. */
@Timeout(60)
class ApiServerTest {
    @Test
    void nothingRunsOnWhenItIsClosed() throws Exception {
        try (ApiServerStub api = ApiServerStub.start()) {
            Set<Thread> before = selectors();
            KubernetesClient client = ApiServer.connect(api.url());
            client.discovery().v1().endpointSlices().inNamespace("shop").list();
            Set<Thread> own = new HashSet<>(selectors());
            own.removeAll(before);
            assertThat(own).isNotEmpty();
            client.close();
            for (Thread selector : own)
                assertThat(selector.join(Duration.ofSeconds(30)))
                        .as("%s ends without a garbage collection", selector.getName())
                        .isTrue();
        }
    }

    /** Of all HTTP clients of the JDK in this process. */
    private static Set<Thread> selectors() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().endsWith("-SelectorManager"))
                .collect(Collectors.toSet());
    }
}
