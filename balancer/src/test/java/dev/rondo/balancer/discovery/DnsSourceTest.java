package dev.rondo.balancer.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.balancer.cluster.Found;
import dev.rondo.balancer.config.BackendConfig;
import dev.rondo.balancer.config.BackendSource;
import dev.rondo.balancer.connect.Resolver;
import dev.rondo.balancer.wire.Ticker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.SimpleResolver;

/** What names resolve to, from a name service that the test holds in its hand, or from a server on a real socket. */
@Timeout(60)
class DnsSourceTest {
    private static final BackendSource.Dns WEB = new BackendSource.Dns("web", 8080, false, Duration.ofSeconds(5), 1, 0);
    private static final BackendSource.Dns SRV =
            new BackendSource.Dns("_http._tcp.web.test", 0, true, Duration.ofSeconds(60), 3, 7);

    private final Told told = new Told();
    private final BlockingQueue<Long> pauses = new LinkedBlockingQueue<>();
    /** A pause ends when the test takes from it. */
    private final SynchronousQueue<Long> turns = new SynchronousQueue<>();

    private final List<Feed> feeds = new ArrayList<>();
    private volatile List<InetAddress> addresses = List.of();

    @AfterEach
    void stop() {
        feeds.forEach(Feed::stop);
    }

    private void resolvesTo(String... literals) {
        addresses = List.of(literals).stream().map(InetAddress::ofLiteral).toList();
    }

    private List<InetAddress> look(String host) throws UnknownHostException {
        assertThat(host).isEqualTo("web");
        List<InetAddress> now = addresses;
        if (now.isEmpty()) throw new UnknownHostException(host);
        return now;
    }

    private Feed follow(BackendSource.Dns config, Resolver.Lookup lookup) {
        return begin(config, DnsSource.of(config, lookup));
    }

    private Feed begin(BackendSource.Dns config, Source source) {
        Feed.Means means = new Feed.Means(
                Ticker.SYSTEM,
                new Random(1),
                nanos -> {
                    pauses.add(nanos);
                    turns.put(nanos);
                },
                told);
        Feed feed = new Feed("pool", config, source, means, new Tally());
        feeds.add(feed);
        feed.start();
        return feed;
    }

    private void nextLook() throws InterruptedException {
        assertThat(turns.poll(30, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void everyAddressIsABackendInAnOrderOfItsOwn() throws Exception {
        resolvesTo("10.0.0.9", "10.0.0.10", "10.0.0.1", "10.0.0.9");
        follow(WEB, this::look);
        assertThat(told.next()).containsExactly("10.0.0.1:8080", "10.0.0.9:8080", "10.0.0.10:8080");
        resolvesTo("10.0.0.10", "10.0.0.1", "10.0.0.9"); // turned round, as servers do
        nextLook();
        resolvesTo("10.0.0.10", "10.0.0.1");
        nextLook();
        assertThat(told.next())
                .as("nothing was told of what had only been turned round")
                .containsExactly("10.0.0.1:8080", "10.0.0.10:8080");
        assertThat(pauses).allMatch(nanos -> nanos == TimeUnit.SECONDS.toNanos(5));
    }

    @Test
    void aNameWithBothFamiliesNamesTheSameMachines() throws Exception {
        resolvesTo("fd00::1", "10.0.0.1", "fd00::2");
        follow(WEB, this::look);
        assertThat(told.next()).containsExactly("10.0.0.1:8080");
        resolvesTo("fd00::2", "fd00::1");
        nextLook();
        assertThat(told.next()).containsExactly("[fd00:0:0:0:0:0:0:1]:8080", "[fd00:0:0:0:0:0:0:2]:8080");
    }

    @Test
    void anInterfaceGoesByItsNumber() throws Exception {
        String literal = Places.literal("fe80:0:0:0:0:0:0:1%br-lan", 3);
        assertThat(Places.backend(literal, 80, 1, false, 0).host()).isEqualTo("fe80:0:0:0:0:0:0:1%3");
        resolvesTo("fe80::1%7");
        follow(WEB, this::look);
        assertThat(told.next()).containsExactly("[fe80:0:0:0:0:0:0:1%7]:8080");
    }

    @Test
    void theOldAnswerStaysWhenTheResolverFails() throws Exception {
        resolvesTo("10.0.0.1");
        Feed feed = follow(WEB, this::look);
        assertThat(told.next()).containsExactly("10.0.0.1:8080");
        resolvesTo();
        nextLook();
        SourceStatus lost = Told.await(feed, status -> status.lost() != null);
        assertThat(lost)
                .isEqualTo(new SourceStatus(
                        "pool", "DNS name web", 1, lost.lastSuccessMillis(), 1, "the name cannot be resolved"));
        assertThat(told.isSilent()).isTrue();
        resolvesTo("10.0.0.2");
        nextLook();
        assertThat(told.next()).containsExactly("10.0.0.2:8080");
        Told.await(feed, status -> status.lost() == null);
    }

    @Test
    void aResolverThatThrowsIsALossAndNotTheEnd() throws Exception {
        List<Throwable> thrown = new ArrayList<>(List.of(new IllegalStateException("mine")));
        resolvesTo("10.0.0.1");
        Feed feed = follow(WEB, host -> {
            if (!thrown.isEmpty()) throw (RuntimeException) thrown.removeFirst();
            return look(host);
        });
        assertThat(Told.await(feed, status -> status.lost() != null).lost()).startsWith("internal error: ");
        nextLook();
        assertThat(told.next()).containsExactly("10.0.0.1:8080");
    }

    @Test
    void srvRecordsSayPortsWeightsAndWhoIsABackup() throws Exception {
        try (NameServer server = NameServer.start()) {
            server.srv("_http._tcp.web.test.", 30, "10 60 8081 b.test.", "10 30 8080 A.test.", "20 0 8080 c.test.");
            List<Found> found = lookup(server).look(SRV.name()).backends(SRV);
            assertThat(found)
                    .extracting(Found::config)
                    .containsExactly(
                            backend("a.test", 8080, 50, false),
                            backend("b.test", 8081, 100, false),
                            backend("c.test", 8080, 1, true));
        }
    }

    private static BackendConfig backend(String host, int port, int weight, boolean backup) {
        return Places.backend(host, port, weight, backup, 7);
    }

    @Test
    void srvRecordsOfEqualWeightHaveThatOfTheConfiguration() throws Exception {
        try (NameServer server = NameServer.start()) {
            server.srv("_http._tcp.web.test.", 30, "0 50 80 b.test.", "0 50 80 a.test.", "0 50 80 a.test.");
            assertThat(lookup(server).look(SRV.name()).backends(SRV))
                    .extracting(found -> found.config().id(), found -> found.config()
                            .weight())
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("a.test:80", 3),
                            org.assertj.core.groups.Tuple.tuple("b.test:80", 3));
        }
    }

    @Test
    void anAnswerTooLongForADatagramComesOverTcp() throws Exception {
        try (NameServer server = NameServer.start()) {
            String[] records = new String[100];
            for (int i = 0; i < records.length; i++)
                records[i] = "0 0 80 a-rather-long-name-of-host-" + i + ".web.test.";
            server.srv("_http._tcp.web.test.", 30, records);
            assertThat(lookup(server).look(SRV.name()).backends(SRV)).hasSize(100);
            assertThat(server.streams()).isPositive();
        }
    }

    @Test
    void srvRecordsAreLookedUpAgainWhenTheyHaveLived() throws Exception {
        try (NameServer server = NameServer.start()) {
            server.srv("_http._tcp.web.test.", 12, "0 0 80 a.test.");
            SrvLookup.Answer answer = lookup(server).look(SRV.name());
            assertThat(answer.holdsNanos(TimeUnit.SECONDS.toNanos(60))).isEqualTo(TimeUnit.SECONDS.toNanos(12));
            assertThat(answer.holdsNanos(TimeUnit.SECONDS.toNanos(5))).isEqualTo(TimeUnit.SECONDS.toNanos(5));
            server.srv("_http._tcp.web.test.", 0, "0 0 80 a.test.");
            assertThat(lookup(server).look(SRV.name()).holdsNanos(TimeUnit.SECONDS.toNanos(60)))
                    .isEqualTo(TimeUnit.SECONDS.toNanos(1));
        }
    }

    @Test
    void noTargetIsNoBackend() throws Exception {
        try (NameServer server = NameServer.start()) {
            server.srv("_http._tcp.web.test.", 30, "0 0 0 .");
            assertThat(lookup(server).look(SRV.name()).backends(SRV)).isEmpty();
        }
    }

    @Test
    void srvRecordsThatAreNotThereAreALoss() throws Exception {
        try (NameServer server = NameServer.start()) {
            assertThatThrownBy(() -> lookup(server).look(SRV.name()))
                    .isInstanceOf(SourceLost.class)
                    .hasMessageStartingWith("no SRV records: ");
        }
    }

    @Test
    void srvRecordsFeedThePool() throws Exception {
        try (NameServer server = NameServer.start()) {
            server.srv("_http._tcp.web.test.", 12, "0 0 80 a.test.");
            begin(SRV, DnsSource.of(SRV, lookup(server)));
            assertThat(told.next()).containsExactly("a.test:80");
            assertThat(pauses.take()).isEqualTo(TimeUnit.SECONDS.toNanos(12));
            server.srv("_http._tcp.web.test.", 12, "0 0 80 a.test.", "1 0 80 b.test.");
            nextLook();
            assertThat(told.next()).containsExactly("a.test:80", "b.test:80 backup");
        }
    }

    private static SrvLookup lookup(NameServer server) {
        SimpleResolver resolver = new SimpleResolver(server.address());
        resolver.setTimeout(Duration.ofSeconds(20));
        return new SrvLookup(resolver);
    }
}
