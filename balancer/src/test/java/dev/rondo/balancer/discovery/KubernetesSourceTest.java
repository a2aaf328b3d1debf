package dev.rondo.balancer.discovery;

import static dev.rondo.balancer.testkit.Slices.in;
import static dev.rondo.balancer.testkit.Slices.pod;
import static dev.rondo.balancer.testkit.Slices.ready;
import static dev.rondo.balancer.testkit.Slices.slice;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.testkit.ApiServerStub;
import dev.rondo.balancer.testkit.RefusingPort;
import dev.rondo.balancer.wire.Ticker;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The endpoints of a Service, from an API server on a real socket that fails in the ways that they do. */
@Timeout(60)
class KubernetesSourceTest {
    private static final KubernetesSource.Terms NEVER_PROBING = terms(Duration.ofHours(1), Duration.ofHours(1));
    private static final KubernetesSource.Terms PROBING = terms(Duration.ofMillis(20), Duration.ofHours(1));

    private final Told told = new Told();
    private final BlockingQueue<Long> pauses = new LinkedBlockingQueue<>();
    private final List<Feed> feeds = new ArrayList<>();

    private static KubernetesSource.Terms terms(Duration probe, Duration silence) {
        return new KubernetesSource.Terms(
                probe.toNanos(), silence.toNanos(), 0, Duration.ofHours(1).toNanos());
    }

    @AfterEach
    void stop() {
        feeds.forEach(Feed::stop);
    }

    private static BackendSource.Kubernetes api(boolean preferZone, @Nullable String zone) {
        return new BackendSource.Kubernetes("api", "shop", "http", preferZone, zone, 1, 0);
    }

    private Feed follow(Supplier<KubernetesClient> server, KubernetesSource.Terms terms) {
        return begin(api(false, null), server, Whereabouts.NOWHERE, terms);
    }

    private Feed begin(
            BackendSource.Kubernetes config,
            Supplier<KubernetesClient> server,
            Whereabouts here,
            KubernetesSource.Terms terms) {
        Feed feed = new Feed(
                "pool",
                config,
                new KubernetesSource(config, server, here, Ticker.SYSTEM, terms),
                new Feed.Means(Ticker.SYSTEM, new Random(1), nanos -> pauses.add(nanos), told),
                new Tally());
        feeds.add(feed);
        feed.start();
        return feed;
    }

    private static Supplier<KubernetesClient> server(ApiServerStub api) {
        return () -> ApiServer.connect(api.url());
    }

    @Test
    void whatIsThereAndWhatChanges() throws Exception {
        try (ApiServerStub api = ApiServerStub.start()) {
            api.put(slice("one", "api", 80, ready("a", "10.0.0.1")));
            api.put(slice("other", "web", 80, ready("x", "10.0.0.9")));
            follow(server(api), NEVER_PROBING);
            assertThat(told.next()).containsExactly("a");
            api.awaitWatches(1);
            api.put(slice("one", "api", 80, ready("a", "10.0.0.1"), pod("b", "10.0.0.2", false, false, false)));
            assertThat(told.next()).containsExactly("a", "!b");
            api.put(slice("one", "api", 80, ready("a", "10.0.0.1"), ready("b", "10.0.0.2")));
            assertThat(told.next()).containsExactly("a", "b");
            api.put(slice("one", "api", 80, pod("a", "10.0.0.1", false, true, true), ready("b", "10.0.0.2")));
            assertThat(told.next()).containsExactly("!a", "b");
            api.put(slice("one", "api", 80, ready("b", "10.0.0.2")));
            assertThat(told.next()).containsExactly("b");
            api.put(slice("two", "api", 80, ready("c", "10.0.0.3")));
            assertThat(told.next()).containsExactly("b", "c");
            api.delete("one");
            assertThat(told.next()).containsExactly("c");
        }
    }

    @Test
    void aServiceScaledToZeroHasNoBackends() throws Exception {
        try (ApiServerStub api = ApiServerStub.start()) {
            api.put(slice("one", "api", 80, ready("a", "10.0.0.1")));
            Feed feed = follow(server(api), NEVER_PROBING);
            assertThat(told.next()).containsExactly("a");
            api.awaitWatches(1);
            api.put(scaledToZero("one", "api"));
            assertThat(told.next()).isEmpty();
            assertThat(feed.status().lost()).isNull();
            assertThat(feed.hasAnswered()).isTrue();
            api.put(slice("one", "api", 80, ready("b", "10.0.0.2")));
            assertThat(told.next()).containsExactly("b");
            assertThat(feed.status().failures()).isZero();
        }
    }

    /** Without endpoints a slice has no ports either. */
    private static EndpointSlice scaledToZero(String name, String service) {
        return new EndpointSliceBuilder(slice(name, service, 80))
                .withPorts(List.<EndpointPort>of())
                .build();
    }

    @Test
    void aServiceThatHasNoPodsYetHasNoBackends() throws Exception {
        try (ApiServerStub api = ApiServerStub.start()) {
            api.put(scaledToZero("one", "api"));
            Feed feed = follow(server(api), NEVER_PROBING);
            assertThat(told.next()).isEmpty();
            assertThat(feed.status().lost()).isNull();
        }
    }

    @Test
    void aWatchThatEndsIsTakenUpByAList() throws Exception {
        try (ApiServerStub api = ApiServerStub.start()) {
            api.put(slice("one", "api", 80, ready("a", "10.0.0.1")));
            Feed feed = follow(server(api), NEVER_PROBING);
            assertThat(told.next()).containsExactly("a");
            for (int round = 1; round <= 5; round++) {
                api.awaitWatches(round);
                api.put(slice("one", "api", 80, ready("a" + round, "10.0.0.1")));
                assertThat(told.next()).containsExactly("a" + round);
                api.putUnseen(slice("one", "api", 80, ready("b" + round, "10.0.0.2")));
                api.hangUp();
                assertThat(told.next()).containsExactly("b" + round);
            }
            assertThat(feed.status().failures())
                    .as("an end that is usual is no failure")
                    .isZero();
        }
    }

    @Test
    void whatTheServerHasForgottenIsListedAgain() throws Exception {
        try (ApiServerStub api = ApiServerStub.start()) {
            api.put(slice("one", "api", 80, ready("a", "10.0.0.1")));
            Feed feed = follow(server(api), NEVER_PROBING);
            assertThat(told.next()).containsExactly("a");
            api.awaitWatches(1);
            api.putUnseen(slice("one", "api", 80, ready("b", "10.0.0.2")));
            api.forget();
            assertThat(told.next()).containsExactly("b");
            api.awaitWatches(2);
            api.put(slice("one", "api", 80, ready("c", "10.0.0.3")));
            assertThat(told.next()).containsExactly("c");
            assertThat(feed.status().failures()).isZero();
        }
    }

    @Test
    void aServerThatGoesLeavesWhatWasKnown() throws Exception {
        ApiServerStub api = ApiServerStub.start();
        int port = api.port();
        api.put(slice("one", "api", 80, ready("a", "10.0.0.1")));
        Feed feed = follow(() -> ApiServer.connect("http://127.0.0.1:" + port), NEVER_PROBING);
        assertThat(told.next()).containsExactly("a");
        api.awaitWatches(1);
        long answered = feed.status().lastSuccessMillis();
        api.crash();
        SourceStatus lost = Told.await(feed, status -> status.lost() != null && status.failures() > 2);
        assertThat(lost.lost()).startsWith("the API server does not answer (");
        assertThat(lost.endpoints()).isEqualTo(1);
        assertThat(lost.lastSuccessMillis()).isGreaterThanOrEqualTo(answered);
        assertThat(told.isSilent()).isTrue();
        try (ApiServerStub again = ApiServerStub.start(port)) {
            again.put(slice("one", "api", 80, ready("b", "10.0.0.2")));
            List<String> next = told.next();
            assertThat(next.isEmpty() ? told.next() : next)
                    .containsExactly("b"); // it may ask before the slice is there
            Told.await(feed, status -> status.lost() == null);
        }
    }

    @Test
    void aServerThatHangsIsNoticed() throws Exception {
        try (ApiServerStub api = ApiServerStub.start()) {
            api.put(slice("one", "api", 80, ready("a", "10.0.0.1")));
            Feed feed = follow(server(api), PROBING);
            assertThat(told.next()).containsExactly("a");
            api.awaitLists(3); // the list, and two probes
            api.fallSilent(true);
            SourceStatus lost = Told.await(feed, status -> status.lost() != null);
            assertThat(lost.endpoints()).isEqualTo(1);
            api.put(slice("one", "api", 80, ready("b", "10.0.0.2")));
            api.fallSilent(false);
            assertThat(told.next()).containsExactly("b");
            Told.await(feed, status -> status.lost() == null);
        }
    }

    /** The other end has gone without a word, and what is asked anew is answered by somebody else. */
    @Test
    void aWatchThatIsSilentForTooLongIsBegunAnew() throws Exception {
        try (ApiServerStub api = ApiServerStub.start()) {
            api.put(slice("one", "api", 80, ready("a", "10.0.0.1")));
            Feed feed = follow(server(api), terms(Duration.ofMillis(5), Duration.ofMillis(20)));
            assertThat(told.next()).containsExactly("a");
            api.putUnseen(slice("one", "api", 80, ready("b", "10.0.0.2")));
            assertThat(told.next()).containsExactly("b");
            assertThat(feed.status().failures()).isZero();
        }
    }

    @Test
    void refusalsSayWhatToDo() throws Exception {
        try (ApiServerStub api = ApiServerStub.start()) {
            api.answer(403);
            Feed feed = follow(server(api), NEVER_PROBING);
            assertThat(Told.await(feed, status -> status.lost() != null).lost())
                    .startsWith("not allowed: give Rondo's service account get, list and watch on endpointslices");
            api.answer(401);
            assertThat(Told.await(
                                    feed,
                                    status -> status.lost() != null
                                            && !status.lost().startsWith("not"))
                            .lost())
                    .contains("automountServiceAccountToken: true");
            api.answer(500);
            Told.await(feed, status -> "the API server answers 500".equals(status.lost()));
            assertThat(feed.hasAnswered()).isFalse();
            assertThat(told.isSilent()).isTrue();
        }
    }

    @Test
    void aPodWithoutATokenIsToldOfIt(@TempDir Path serviceAccount) throws Exception {
        var environment = Map.of("HOSTNAME", "rondo-1", "KUBERNETES_SERVICE_HOST", "10.0.0.1");
        Whereabouts here = Whereabouts.of(environment, serviceAccount);
        try (ApiServerStub api = ApiServerStub.start()) {
            var own = new BackendSource.Kubernetes("api", null, "http", false, null, 1, 0);
            assertThat(lost(begin(own, server(api), here, NEVER_PROBING))).startsWith("this pod has no token");
            api.answer(403);
            assertThat(lost(begin(api(false, null), server(api), here, NEVER_PROBING)))
                    .contains("automountServiceAccountToken: true", "get, list and watch on endpointslices");
        }
        try (var nobody = new RefusingPort()) {
            String url = "http://127.0.0.1:" + nobody.port();
            assertThat(lost(begin(api(false, null), () -> ApiServer.connect(url), here, NEVER_PROBING)))
                    .startsWith("the API server does not answer")
                    .contains("automountServiceAccountToken: true");
        }

        assertThat(Whereabouts.of(Map.of("HOSTNAME", "laptop"), serviceAccount).tokenless())
                .isFalse();
        Files.createFile(serviceAccount.resolve("token"));
        assertThat(Whereabouts.of(environment, serviceAccount)).isEqualTo(new Whereabouts(null, "rondo-1", false));
    }

    private static String lost(Feed feed) {
        return Objects.requireNonNull(
                Told.await(feed, status -> status.lost() != null).lost());
    }

    @Test
    void watchesThatAreRefusedAreALossAlthoughListsAreNot() throws Exception {
        try (ApiServerStub api = ApiServerStub.start()) {
            api.refuseWatches(true);
            api.put(slice("one", "api", 80, ready("a", "10.0.0.1")));
            Feed feed = follow(server(api), NEVER_PROBING);
            assertThat(told.next()).containsExactly("a");
            SourceStatus lost = Told.await(feed, status -> status.failures() >= 5);
            assertThat(lost.lost()).startsWith("its watch ends at once, each time: give Rondo's service account watch");
            for (int i = 0; i < 4; i++) pauses.take();
            assertThat(pauses.take() / 1_000_000)
                    .as("it asks less and less often")
                    .isBetween(4000L, 6000L);
            api.put(slice("one", "api", 80, ready("b", "10.0.0.2")));
            assertThat(told.next()).as("what a list says is taken").containsExactly("b");
            assertThat(feed.status().lost()).isEqualTo(lost.lost());
            assertThat(feed.status().lastSuccessMillis()).isEqualTo(lost.lastSuccessMillis());
            api.refuseWatches(false);
            api.awaitWatches(1);
            api.put(slice("one", "api", 80, ready("c", "10.0.0.3")));
            assertThat(told.next()).containsExactly("c");
            Told.await(feed, status -> status.lost() == null);
        }
    }

    @Test
    void failuresInARowAreFurtherAndFurtherApart() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (ApiServerStub api = ApiServerStub.start()) {
            api.answer(500);
            follow(
                    () -> {
                        asked.incrementAndGet();
                        return ApiServer.connect(api.url());
                    },
                    NEVER_PROBING);
            List<Long> millis = new ArrayList<>();
            for (int i = 0; i < 6; i++) millis.add(pauses.take() / 1_000_000);
            assertThat(millis.get(0)).isBetween(400L, 600L);
            assertThat(millis.get(1)).isBetween(800L, 1200L);
            assertThat(millis.get(2)).isBetween(1600L, 2400L);
            assertThat(millis.get(4)).isBetween(4000L, 6000L);
            assertThat(millis.get(5)).isBetween(4000L, 6000L);
            assertThat(asked.get()).isGreaterThanOrEqualTo(6);
        }
    }

    @Test
    void theOwnZoneIsThatOfTheOwnPod() throws Exception {
        try (ApiServerStub api = ApiServerStub.start()) {
            api.put(slice("one", "api", 80, in("x", ready("a", "10.0.0.1")), in("y", ready("b", "10.0.0.2"))));
            api.put(scaledToZero("another", "idle"));
            Supplier<KubernetesClient> server = () -> ApiServer.connect(api.url())
                    .adapt(NamespacedKubernetesClient.class)
                    .inNamespace("shop");
            begin(api(true, null), server, new Whereabouts(null, "rondo-1", false), PROBING);
            assertThat(told.next()).containsExactly("a", "b");
            api.put(slice("mine", "rondo", 8080, in("y", pod("rondo-1", "10.0.0.7", false, false, false))));
            assertThat(told.next()).containsExactly("~a", "b");
        }
    }

    @Test
    void aZoneThatIsGivenIsNotLookedFor() throws Exception {
        try (ApiServerStub api = ApiServerStub.start()) {
            api.put(slice("one", "api", 80, in("x", ready("a", "10.0.0.1")), in("y", ready("b", "10.0.0.2"))));
            begin(api(true, "x"), server(api), Whereabouts.NOWHERE, NEVER_PROBING);
            assertThat(told.next()).containsExactly("a", "~b");
        }
    }

    @Test
    void stoppedItTellsNoMore() throws Exception {
        try (ApiServerStub api = ApiServerStub.start()) {
            api.put(slice("one", "api", 80, ready("a", "10.0.0.1")));
            Feed feed = follow(server(api), NEVER_PROBING);
            assertThat(told.next()).containsExactly("a");
            api.awaitWatches(1);
            feed.stop();
            feed.join();
            api.put(slice("one", "api", 80, ready("b", "10.0.0.2")));
            assertThat(told.isSilent()).isTrue();
            assertThat(feed.status().failures())
                    .as("to be stopped is no failure")
                    .isZero();
        }
    }

    /** The same with the mock server of the client's own project, which speaks WebSocket. */
    @Test
    void theClientsOwnServer() throws Exception {
        KubernetesMockServer mock = new KubernetesMockServer(
                new Context(), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(), false);
        mock.init();
        try (KubernetesClient other = mock.createClient()) {
            var slices = other.discovery().v1().endpointSlices().inNamespace("shop");
            slices.resource(slice("one", "api", 80, ready("a", "10.0.0.1"))).create();
            follow(mock::createClient, NEVER_PROBING);
            assertThat(told.next()).containsExactly("a");
            slices.resource(slice("two", "api", 80, ready("b", "10.0.0.2"))).create();
            assertThat(told.next()).containsExactly("a", "b");
            slices.withName("one").edit(now -> new EndpointSliceBuilder(now)
                    .withEndpoints(pod("a", "10.0.0.1", false, true, true))
                    .build());
            assertThat(told.next()).containsExactly("!a", "b");
            slices.withName("one").delete();
            assertThat(told.next()).containsExactly("b");
        } finally {
            mock.destroy();
        }
    }
}
