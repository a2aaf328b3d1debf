package dev.rondo.balancer.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.config.RetryOn;
import dev.rondo.balancer.telemetry.BackendLabels;
import dev.rondo.balancer.telemetry.Exchange;
import dev.rondo.balancer.telemetry.HedgeOutcome;
import dev.rondo.balancer.telemetry.Reason;
import dev.rondo.balancer.telemetry.Recorder;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.FullPort;
import dev.rondo.balancer.wire.Engine;
import dev.rondo.balancer.wire.Lane;
import dev.rondo.balancer.wire.Ticker;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Connections to one backend, whose listener is in the test's hands. */
class UpstreamTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
    /** Nothing listens there: the listener is bound to {@link #HERE} alone. */
    private static final InetAddress ELSEWHERE = InetAddress.ofLiteral("127.0.0.2");

    private static final long LONG = TimeUnit.SECONDS.toNanos(30);
    private static final BackendLabels LABELS = new BackendLabels("p", "b", 0);

    /** Counts what is open, and lets the test wait for a change. */
    private static final class Count implements Recorder {
        private final LinkedBlockingQueue<String> changes = new LinkedBlockingQueue<>();
        private int active;
        private int idle;

        @Override
        public synchronized void upstreamConnections(BackendLabels backend, int moreActive, int moreIdle) {
            active += moreActive;
            idle += moreIdle;
            changes.add(now());
        }

        synchronized String now() {
            return active + " active, " + idle + " idle";
        }

        void await(String wanted) throws InterruptedException {
            while (!now().equals(wanted)) {
                assertThat(changes.poll(10, TimeUnit.SECONDS))
                        .as("%s, not %s", now(), wanted)
                        .isNotNull();
            }
        }

        @Override
        public void record(Exchange exchange) {}

        @Override
        public void clientConnections(int delta) {}

        @Override
        public void picked(BackendLabels backend) {}

        @Override
        public void retry(BackendLabels backend, RetryOn how) {}

        @Override
        public void hedge(BackendLabels backend, HedgeOutcome how) {}

        @Override
        public void connectionUsed(BackendLabels backend, boolean reused) {}

        @Override
        public void forget(BackendLabels backend) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void forgetPool(String pool) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void staleRepeat(BackendLabels backend) {}
    }

    /** An engine of one lane, a resolver and a listener. */
    private static final class Stage implements AutoCloseable {
        final ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress(HERE, 0));
        final AtomicLong skipped = new AtomicLong();
        final Count count = new Count();
        final Engine engine;
        final Lane lane;
        final Resolver resolver;
        final Upstream upstream;
        volatile List<InetAddress> addresses;

        Stage(EngineKind kind, List<InetAddress> first, long idleNanos, int maxIdle) throws Exception {
            Ticker ticker = new Ticker() {
                @Override
                public long nanos() {
                    return SYSTEM.nanos() + skipped.get();
                }

                @Override
                public long millis() {
                    return SYSTEM.millis();
                }
            };
            addresses = first;
            engine = Engine.start(kind, 1, ticker);
            lane = engine.lanes().getFirst();
            resolver = new Resolver(
                    host -> {
                        if (addresses.isEmpty()) throw new UnknownHostException(host);
                        return addresses;
                    },
                    Duration.ofDays(1));
            Upstream.Terms terms = new Upstream.Terms(LONG, idleNanos, TimeUnit.MINUTES.toNanos(10), maxIdle);
            upstream = new Upstream("b.test", port(), LABELS, resolver, terms, List.of(count));
            if (!first.isEmpty()) assertThat(lookUp()).isEqualTo(first);
        }

        List<InetAddress> lookUp() throws Exception {
            return resolver.refresh("b.test").get(10, TimeUnit.SECONDS);
        }

        int port() throws IOException {
            return ((InetSocketAddress) listener.getLocalAddress()).getPort();
        }

        <T extends @Nullable Object> T get(Callable<T> task) throws Exception {
            CompletableFuture<T> done = new CompletableFuture<>();
            lane.start(() -> {
                try {
                    done.complete(task.call());
                } catch (Throwable e) {
                    done.completeExceptionally(e);
                }
            });
            return done.get(10, TimeUnit.SECONDS);
        }

        UpstreamConnection dial() throws Exception {
            return get(() -> upstream.dial(lane, LONG));
        }

        Reason dialFails() throws Exception {
            return get(() -> {
                try {
                    throw new AssertionError(upstream.dial(lane, LONG).addressText());
                } catch (ConnectFailure e) {
                    return e.reason();
                }
            });
        }

        void release(UpstreamConnection connection) throws Exception {
            assertThat(get(() -> {
                        upstream.release(lane, connection);
                        return true;
                    }))
                    .isTrue();
        }

        @Nullable
        UpstreamConnection takeIdle() throws Exception {
            return takeIdle(true);
        }

        @Nullable
        UpstreamConnection takeIdle(boolean repeatable) throws Exception {
            return this.<@Nullable UpstreamConnection>get(() -> upstream.takeIdle(lane, repeatable));
        }

        @Override
        public void close() throws IOException {
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            lane.start(() -> {
                upstream.closeIdle(lane);
                done.complete(true);
            });
            assertThat(done.join()).isTrue();
            listener.close();
            resolver.close();
            engine.close();
        }
    }

    @BothEngines
    void theNewestIdleConnectionIsTakenFirst(EngineKind kind) throws Exception {
        try (Stage stage = new Stage(kind, List.of(HERE), LONG, 10)) {
            assertThat(stage.takeIdle()).isNull();
            UpstreamConnection first = stage.dial();
            UpstreamConnection second = stage.dial();
            assertThat(first.isReused()).isFalse();
            assertThat(stage.count.now()).isEqualTo("2 active, 0 idle");
            stage.release(first);
            stage.release(second);
            assertThat(stage.count.now()).isEqualTo("0 active, 2 idle");
            assertThat(stage.takeIdle()).isSameAs(second);
            assertThat(stage.takeIdle()).isSameAs(first);
            assertThat(first.isReused()).isTrue();
            assertThat(stage.takeIdle()).isNull();
            assertThat(stage.count.now()).isEqualTo("2 active, 0 idle");
            stage.release(first);
            assertThat(stage.takeIdle()).isSameAs(first);
        }
    }

    @BothEngines
    void noMoreIdleConnectionsAreKeptThanAllowed(EngineKind kind) throws Exception {
        try (Stage stage = new Stage(kind, List.of(HERE), LONG, 1)) {
            UpstreamConnection first = stage.dial();
            UpstreamConnection second = stage.dial();
            stage.release(first);
            stage.release(second);
            assertThat(stage.count.now()).isEqualTo("0 active, 1 idle");
            assertThat(second.wire().isOpen()).isFalse();
            assertThat(stage.takeIdle()).isSameAs(first);
        }
    }

    @BothEngines
    void anIdleConnectionIsRetiredInTime(EngineKind kind) throws Exception {
        try (Stage stage = new Stage(kind, List.of(HERE), TimeUnit.MILLISECONDS.toNanos(30), 10)) {
            UpstreamConnection connection = stage.dial();
            SocketChannel far = stage.listener.accept();
            stage.release(connection);
            assertThat(far.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            stage.count.await("0 active, 0 idle");
            assertThat(stage.takeIdle()).isNull();
        }
    }

    /** Node.js closes after 5 s, Apache after 5, gunicorn after 2: what is sent at that moment is lost, or done and not answered. */
    @BothEngines
    void whatMustNotBeSentTwiceGoesOverNoConnectionThatTheBackendMayBeClosing(EngineKind kind) throws Exception {
        try (Stage stage = new Stage(kind, List.of(HERE), LONG, 10)) {
            stage.release(stage.dial());
            SocketChannel far = stage.listener.accept();
            stage.skipped.addAndGet(TimeUnit.SECONDS.toNanos(10));
            far.close();
            if (kind == EngineKind.EVENT_LOOPS) stage.count.await("0 active, 0 idle");
            assertThat(stage.takeIdle()).isNull();

            UpstreamConnection connection = stage.dial();
            stage.release(connection);
            assertThat(stage.takeIdle(false)).as("just used").isSameAs(connection);
            stage.release(connection);
            stage.skipped.addAndGet(TimeUnit.SECONDS.toNanos(6));
            assertThat(stage.takeIdle(false))
                    .as("idle for more than half of 10 s")
                    .isNull();
            assertThat(stage.takeIdle(true)).isSameAs(connection);
            stage.release(connection);
            stage.skipped.addAndGet(TimeUnit.SECONDS.toNanos(11));
            assertThat(stage.takeIdle(false)).as("no other was closed since").isSameAs(connection);
            stage.release(connection);
            stage.listener.accept().close();
            if (kind == EngineKind.EVENT_LOOPS) stage.count.await("0 active, 0 idle");
            assertThat(stage.takeIdle()).isNull();
            stage.release(stage.dial());
            assertThat(stage.takeIdle(false))
                    .as("closed as soon as it had nothing to do")
                    .isNull();
        }
    }

    @BothEngines
    void anOldConnectionIsNotUsedAgain(EngineKind kind) throws Exception {
        try (Stage stage = new Stage(kind, List.of(HERE), TimeUnit.HOURS.toNanos(2), 10)) {
            UpstreamConnection connection = stage.dial();
            stage.release(connection);
            stage.skipped.addAndGet(TimeUnit.MINUTES.toNanos(11));
            assertThat(stage.takeIdle()).isNull();
            assertThat(connection.wire().isOpen()).isFalse();
            assertThat(stage.count.now()).isEqualTo("0 active, 0 idle");
        }
    }

    @BothEngines
    void aConnectionToAnAddressThatTheNameNoLongerHasIsNotUsedAgain(EngineKind kind) throws Exception {
        try (Stage stage = new Stage(kind, List.of(HERE), LONG, 10)) {
            stage.release(stage.dial());
            stage.addresses = List.of(ELSEWHERE);
            assertThat(stage.lookUp()).containsExactly(ELSEWHERE);
            assertThat(stage.takeIdle()).isNull();
        }
    }

    @BothEngines
    void aNameThatCannotBeResolvedAnyMoreKeepsItsConnections(EngineKind kind) throws Exception {
        try (Stage stage = new Stage(kind, List.of(HERE), LONG, 10)) {
            UpstreamConnection connection = stage.dial();
            stage.release(connection);
            stage.addresses = List.of();
            assertThat(stage.resolver.refresh("b.test")).failsWithin(Duration.ofSeconds(10));
            assertThat(stage.takeIdle()).isSameAs(connection);
            assertThat(stage.dial().address().getAddress()).isEqualTo(HERE);
        }
    }

    @BothEngines
    void everyAddressIsTried(EngineKind kind) throws Exception {
        try (Stage stage = new Stage(kind, List.of(ELSEWHERE, HERE), LONG, 10)) {
            UpstreamConnection connection = stage.dial();
            assertThat(connection.address().getAddress()).isEqualTo(HERE);
            assertThat(connection.addressText()).isEqualTo("127.0.0.1:" + stage.port());
            assertThat(stage.count.now()).isEqualTo("1 active, 0 idle");
        }
    }

    @BothEngines
    void aBackendThatCameBackElsewhereIsFound(EngineKind kind) throws Exception {
        try (Stage stage = new Stage(kind, List.of(ELSEWHERE), LONG, 10)) {
            assertThat(stage.dialFails()).isEqualTo(Reason.CONNECT_REFUSED);
            stage.addresses = List.of(ELSEWHERE, HERE);
            assertThat(stage.dial().address().getAddress()).isEqualTo(HERE);
            assertThat(stage.upstream.addresses()).containsExactly(ELSEWHERE, HERE);
        }
    }

    /** All of its own would be 30 s, and the least for an address 250 ms. */
    @BothEngines
    void noLongerThanTheCallerWaits(EngineKind kind) throws Exception {
        try (FullPort full = new FullPort();
                Stage stage = new Stage(kind, List.of(HERE), LONG, 10)) {
            Upstream.Terms terms = new Upstream.Terms(LONG, LONG, LONG, 10);
            Upstream upstream =
                    new Upstream("127.0.0.1", full.port(), LABELS, stage.resolver, terms, List.of(stage.count));
            Reason reason = stage.get(() -> {
                try {
                    throw new AssertionError(upstream.dial(stage.lane, TimeUnit.MILLISECONDS.toNanos(50))
                            .addressText());
                } catch (ConnectFailure e) {
                    return e.reason();
                }
            });
            assertThat(reason).isEqualTo(Reason.CONNECT_TIMEOUT);
        }
    }

    /** Where the fault is this machine's: nobody was asked. For the want of descriptors see DescriptorsRunOutTest. */
    @Test
    void withoutALocalPortThereIsNoSocket() {
        assertThat(ConnectFailure.of(new InetSocketAddress(HERE, 1), new BindException("none is left"))
                        .reason())
                .isEqualTo(Reason.NO_SOCKET);
    }

    /** As where a name has an address of a family that this machine has none of. */
    @Test
    void anAddressThatCannotBeAskedHidesNothingThatAnotherHasTold() {
        InetSocketAddress address = new InetSocketAddress(HERE, 1);
        ConnectFailure refused = ConnectFailure.of(address, new ConnectException("refused"));
        ConnectFailure none = ConnectFailure.of(address, new BindException("cannot assign requested address"));
        assertThat(ConnectFailure.telling(refused, none)).isSameAs(refused);
        assertThat(ConnectFailure.telling(none, refused)).isSameAs(refused);
        assertThat(ConnectFailure.telling(null, none)).isSameAs(none);
    }

    @BothEngines
    void aNameWithoutAnAddressFails(EngineKind kind) throws Exception {
        try (Stage stage = new Stage(kind, List.of(), LONG, 10)) {
            assertThat(stage.dialFails()).isEqualTo(Reason.DNS_ERROR);
            assertThat(stage.count.now()).isEqualTo("0 active, 0 idle");
        }
    }

    @BothEngines
    void aConnectionThatTheBackendClosesIsRemoved(EngineKind kind) throws Exception {
        try (Stage stage = new Stage(kind, List.of(HERE), LONG, 10)) {
            UpstreamConnection connection = stage.dial();
            SocketChannel far = stage.listener.accept();
            stage.release(connection);
            far.close();
            if (kind == EngineKind.EVENT_LOOPS) stage.count.await("0 active, 0 idle"); // it is told at once
            assertThat(stage.takeIdle()).isNull(); // the fallback looks when it is taken
            assertThat(connection.wire().isOpen()).isFalse();
            assertThat(stage.count.now()).isEqualTo("0 active, 0 idle");
        }
    }

    @BothEngines
    void aConnectionWithBytesThatNobodyAskedForIsNotUsedAgain(EngineKind kind) throws Exception {
        try (Stage stage = new Stage(kind, List.of(HERE), LONG, 10)) {
            UpstreamConnection connection = stage.dial();
            SocketChannel far = stage.listener.accept();
            stage.release(connection);
            assertThat(far.write(ByteBuffer.wrap(
                            "HTTP/1.1 408 \r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII))))
                    .isPositive();
            if (kind == EngineKind.EVENT_LOOPS) stage.count.await("0 active, 0 idle");
            assertThat(stage.takeIdle()).isNull();
        }
    }

    @BothEngines
    void aDiscardedConnectionIsClosedAndNotCounted(EngineKind kind) throws Exception {
        try (Stage stage = new Stage(kind, List.of(HERE), LONG, 10)) {
            UpstreamConnection connection = stage.dial();
            assertThat(stage.get(() -> {
                        stage.upstream.discard(stage.lane, connection);
                        return stage.upstream.takeIdle(stage.lane, true) == null;
                    }))
                    .isTrue();
            assertThat(connection.wire().isOpen()).isFalse();
            assertThat(stage.count.now()).isEqualTo("0 active, 0 idle");
        }
    }
}
