package dev.rondo.balancer.discovery;

import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.wire.Ticker;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.net.HttpURLConnection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a Service: its slices are listed and then watched from there. However a watch ends, the slices are listed
 * again; the source is lost where that fails, and where no watch lasts.
 */
final class KubernetesSource implements Source {
    private static final System.Logger LOG = System.getLogger(KubernetesSource.class.getName());
    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final String NO_TOKEN = "this pod has no token of its service account: mount it"
            + " (automountServiceAccountToken: true), and give the account get, list and watch on endpointslices"
            + " (discovery.k8s.io) in the Service's namespace";
    /** So many watches in a row that end at once are no chance: the client keeps to itself why. */
    private static final int MOST_SHORT_WATCHES = 3;

    /**
     * @param probeNanos after so long a silence the server is asked whether it is there
     * @param silenceNanos after so long a one the watch is begun anew: the server sends bookmarks, about one a minute, and a
     *     connection whose other end has vanished sends nothing at all
     * @param shortestNanos from the beginning of a watch to that of the next
     * @param clientNanos how long a client is used: the token that it has read lives an hour, and another is there long before
     */
    record Terms(long probeNanos, long silenceNanos, long shortestNanos, long clientNanos) {
        static final Terms USUAL = new Terms(
                TimeUnit.SECONDS.toNanos(10),
                TimeUnit.SECONDS.toNanos(90),
                TimeUnit.SECONDS.toNanos(1),
                TimeUnit.MINUTES.toNanos(10));
    }

    /** What one client is asked for. */
    private record Session(
            KubernetesClient client,
            FilterWatchListDeletable<EndpointSlice, EndpointSliceList, Resource<EndpointSlice>> service,
            long endNanos) {}

    /** What a watch says, on a thread of the client. */
    private sealed interface Word {
        record Changed(Watcher.Action action, EndpointSlice slice) implements Word {}

        /** The watch is over. */
        record Ended() implements Word {}
    }

    private final BackendSource.Kubernetes config;
    private final Supplier<KubernetesClient> server;
    private final OwnZone zone;
    private final boolean tokenless;
    private final Ticker ticker;
    private final Terms terms;
    private final Map<String, EndpointSlice> slices = new HashMap<>();
    private @Nullable String complaint;
    /** Watches in a row that have ended before they said a word, and before the server was due to be asked. */
    private int shortWatches;

    /** @param server connects; what it gives is closed */
    KubernetesSource(
            BackendSource.Kubernetes config,
            Supplier<KubernetesClient> server,
            Whereabouts here,
            Ticker ticker,
            Terms terms) {
        this.config = config;
        this.server = server;
        this.zone = new OwnZone(config.zone(), here.pod());
        this.tokenless = here.tokenless();
        this.ticker = ticker;
        this.terms = terms;
    }

    static KubernetesSource of(BackendSource.Kubernetes config, Whereabouts here, Ticker ticker) {
        return new KubernetesSource(config, () -> ApiServer.connect(here.apiServer()), here, ticker, Terms.USUAL);
    }

    @Override
    public void follow(Feed feed) throws SourceLost, InterruptedException {
        while (true) {
            // a new client each time: it has no connection left over from before
            try (KubernetesClient client = server.get()) {
                Session session = new Session(client, service(client), ticker.nanos() + terms.clientNanos);
                while (ticker.nanos() - session.endNanos < 0) listAndWatch(session, feed);
            } catch (KubernetesClientException e) {
                throw new SourceLost(why(e), e);
            }
        }
    }

    private void listAndWatch(Session session, Feed feed) throws SourceLost, InterruptedException {
        long begun = ticker.nanos();
        EndpointSliceList list = session.service.list();
        slices.clear();
        for (EndpointSlice slice : list.getItems()) put(slice);
        if (config.preferZone()) zone.look(session.client);
        tell(feed);
        watch(session, list.getMetadata().getResourceVersion(), feed);
        if (noWatchLasts())
            throw new SourceLost(
                    "its watch ends at once, each time: give Rondo's service account watch beside get and list on"
                            + " endpointslices (discovery.k8s.io), and see that no proxy on the way cuts long answers",
                    null);
        long left = begun + terms.shortestNanos - ticker.nanos();
        if (left > 0) feed.pause(left);
    }

    private FilterWatchListDeletable<EndpointSlice, EndpointSliceList, Resource<EndpointSlice>> service(
            KubernetesClient client) throws SourceLost {
        return client.discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace(client))
                .withLabel(SERVICE_NAME, config.service());
    }

    private String namespace(KubernetesClient client) throws SourceLost {
        String namespace = config.namespace() != null ? config.namespace() : client.getNamespace();
        if (namespace == null)
            throw new SourceLost(
                    tokenless
                            ? NO_TOKEN
                            : "this is no pod, so its namespace is not known; set namespace beside service",
                    null);
        return namespace;
    }

    /** Returns when the watch has ended, for whatever reason, or has gone on for long enough. */
    private void watch(Session session, String version, Feed feed) throws InterruptedException {
        BlockingQueue<Word> heard = new LinkedBlockingQueue<>();
        ListOptions from = new ListOptionsBuilder()
                .withResourceVersion(version)
                .withAllowWatchBookmarks(true)
                .build();
        Watch watch = session.service.watch(from, new Listener(heard));
        shortWatches++;
        try {
            long lastWord = ticker.nanos();
            while (ticker.nanos() - session.endNanos < 0) {
                Word next = heard.poll(terms.probeNanos, TimeUnit.NANOSECONDS);
                if (next == null) {
                    shortWatches = 0;
                    probe(session, feed);
                    if (ticker.nanos() - lastWord > terms.silenceNanos) return;
                    continue;
                }
                lastWord = ticker.nanos();
                // of many changes at once, only what they come to is of interest
                for (; next != null; next = heard.poll()) {
                    switch (next) {
                        case Word.Ended ended -> {
                            return;
                        }
                        case Word.Changed changed -> {
                            shortWatches = 0;
                            apply(changed);
                        }
                    }
                }
                tell(feed);
            }
        } finally {
            watch.close();
        }
    }

    /** Throws where the server does not answer. */
    private void probe(Session session, Feed feed) {
        session.service.list(new ListOptionsBuilder().withLimit(1L).build());
        if (config.preferZone() && zone.look(session.client)) tell(feed);
        else feed.alive();
    }

    private void apply(Word.Changed change) {
        switch (change.action) {
            case ADDED, MODIFIED -> put(change.slice);
            case DELETED -> slices.remove(change.slice.getMetadata().getName());
            case BOOKMARK, ERROR -> {}
        }
    }

    private void put(EndpointSlice slice) {
        slices.put(slice.getMetadata().getName(), slice);
    }

    private void tell(Feed feed) {
        EndpointTable.Backends backends = new EndpointTable(config, zone.known()).backends(slices.values());
        complain(
                slices.isEmpty()
                        ? "there are no EndpointSlices; is its name right, and has it a selector?"
                        : backends.missing());
        // a list that is right for now is no watch: whoever is to be woken by that must be
        if (noWatchLasts()) feed.listed(backends.found());
        else feed.found(backends.found());
    }

    private boolean noWatchLasts() {
        return shortWatches >= MOST_SHORT_WATCHES;
    }

    /** Once for as long as it holds. */
    private void complain(@Nullable String about) {
        if (about != null && !about.equals(complaint))
            LOG.log(System.Logger.Level.WARNING, config.shown() + ": " + about);
        complaint = about;
    }

    private String why(KubernetesClientException e) {
        if (e.getCode() <= 0)
            // without the token's volume there is no certificate either by which the server could be trusted
            return "the API server does not answer (" + root(e) + ")" + (tokenless ? "; " + NO_TOKEN : "");
        return switch (e.getCode()) {
            case HttpURLConnection.HTTP_FORBIDDEN ->
                tokenless
                        ? NO_TOKEN
                        : "not allowed: give Rondo's service account get, list and watch on endpointslices"
                                + " (discovery.k8s.io) in the Service's namespace";
            case HttpURLConnection.HTTP_UNAUTHORIZED ->
                "the API server does not know who asks: mount the service account's token"
                        + " (automountServiceAccountToken: true)";
            default -> "the API server answers " + e.getCode();
        };
    }

    private static String root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) root = root.getCause();
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    /** Only passes on: the threads of the client are not ours to hold. */
    private record Listener(BlockingQueue<Word> heard) implements Watcher<EndpointSlice> {
        @Override
        public void eventReceived(Action action, EndpointSlice slice) {
            heard.add(new Word.Changed(action, slice));
        }

        @Override
        public void onClose() {
            heard.add(new Word.Ended());
        }

        @Override
        public void onClose(WatcherException cause) {
            heard.add(new Word.Ended());
        }
    }
}
