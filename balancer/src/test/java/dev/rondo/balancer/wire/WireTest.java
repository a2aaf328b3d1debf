package dev.rondo.balancer.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.BothEngines;
import dev.rondo.balancer.testkit.FullPort;
import dev.rondo.balancer.testkit.RefusingPort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The contract of a lane and its wires, for both kinds. The peer of each wire is a blocking channel in the test's hands. */
class WireTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONG = 30 * SECOND;

    /** One lane, and one connection through the loopback address whose near end the lane has adopted. */
    private static final class Line implements AutoCloseable {
        final Engine engine;
        final Lane lane;
        final SocketChannel far;
        final Wire wire;

        Line(EngineKind kind) throws Exception {
            engine = Engine.start(kind, 1, Ticker.SYSTEM);
            lane = engine.lanes().getFirst();
            try (ServerSocketChannel listener =
                    ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
                far = SocketChannel.open(listener.getLocalAddress());
                SocketChannel near = listener.accept();
                wire = on(() -> lane.adopt(near)).get(10, TimeUnit.SECONDS);
            }
        }

        /** Runs {@code task} on a thread of the lane. */
        <T> CompletableFuture<T> on(Callable<T> task) {
            CompletableFuture<T> done = new CompletableFuture<>();
            lane.start(() -> {
                try {
                    done.complete(task.call());
                } catch (Throwable e) {
                    done.completeExceptionally(e);
                }
            });
            return done;
        }

        /** As {@link #on}, and gives what came of it; what {@code task} throws is thrown here. */
        <T> T get(Callable<T> task) throws Throwable {
            return result(on(task));
        }

        void send(String text) throws IOException {
            far.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
        }

        @Override
        public void close() throws IOException {
            far.close();
            on(() -> {
                        wire.close();
                        return true;
                    })
                    .join();
            engine.close();
        }
    }

    private static <T> T result(CompletableFuture<T> future) throws Throwable {
        try {
            return future.get(10, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw e.getCause();
        }
    }

    /** Whether it has come to its end, in whatever way, within half a second. */
    private static boolean ended(CompletableFuture<?> future) throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        var unused = future.whenComplete((value, error) -> end.countDown());
        return end.await(500, TimeUnit.MILLISECONDS);
    }

    private static String read(Wire wire, long timeout) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(100);
        int count = wire.read(buffer, timeout);
        return count < 0 ? "(end)" : new String(buffer.array(), 0, count, StandardCharsets.ISO_8859_1);
    }

    @BothEngines
    void readsWhatComesAndThenTheEnd(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            CompletableFuture<String> waiting = line.on(() -> read(line.wire, LONG));
            line.send("hello");
            assertThat(result(waiting)).isEqualTo("hello");
            line.send("again");
            line.far.shutdownOutput();
            assertThat(line.get(() -> read(line.wire, LONG))).isEqualTo("again");
            assertThat(line.get(() -> read(line.wire, LONG))).isEqualTo("(end)");
            assertThat(line.get(() -> read(line.wire, LONG))).isEqualTo("(end)");
        }
    }

    @BothEngines
    void aReadThatIsNotAnsweredEndsInTimeAndTheWireCanStillWrite(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            assertThatThrownBy(() -> line.get(() -> read(line.wire, 30 * MILLI)))
                    .isInstanceOf(WireTimeout.class);
            line.get(() -> {
                line.wire.write(ByteBuffer.wrap(new byte[] {'!'}), LONG);
                return true;
            });
            ByteBuffer one = ByteBuffer.allocate(1);
            assertThat(line.far.read(one)).isEqualTo(1);
        }
    }

    @BothEngines
    void writesMoreThanThePeerTakesAtOnce(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            int size = 8 << 20;
            CompletableFuture<Integer> written = line.on(() -> {
                ByteBuffer bytes = ByteBuffer.allocate(size);
                line.wire.write(bytes, LONG);
                line.wire.shutdownOutput();
                return bytes.remaining();
            });
            long got = 0;
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            for (int count; (count = line.far.read(buffer.clear())) >= 0; ) got += count;
            assertThat(got).isEqualTo(size);
            assertThat(result(written)).isZero();
        }
    }

    @BothEngines
    void aWriteThatIsNotTakenEndsInTime(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            assertThatThrownBy(() -> line.get(() -> {
                        line.wire.write(ByteBuffer.allocate(32 << 20), 50 * MILLI);
                        return true;
                    }))
                    .isInstanceOf(WireTimeout.class);
        }
    }

    @BothEngines
    void twoWiresOfOneLaneTalk(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind);
                ServerSocketChannel listener =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            InetSocketAddress address = (InetSocketAddress) listener.getLocalAddress();
            CompletableFuture<String> client = line.on(() -> {
                try (Wire wire = line.lane.connect(address, LONG)) {
                    String said = "";
                    for (int i = 0; i < 200; i++) {
                        wire.write(ByteBuffer.wrap(new byte[] {(byte) i}), LONG);
                        ByteBuffer back = ByteBuffer.allocate(1);
                        assertThat(wire.read(back, LONG)).isEqualTo(1);
                        assertThat(back.get(0)).isEqualTo((byte) (i + 1));
                        said = "done";
                    }
                    return said;
                }
            });
            SocketChannel accepted = listener.accept();
            CompletableFuture<Integer> server = line.on(() -> {
                int served = 0;
                try (Wire wire = line.lane.adopt(accepted)) {
                    ByteBuffer buffer = ByteBuffer.allocate(8);
                    while (wire.read(buffer.clear(), LONG) > 0) {
                        buffer.flip().put(0, (byte) (buffer.get(0) + 1));
                        wire.write(buffer, LONG);
                        served++;
                    }
                }
                return served;
            });
            assertThat(result(client)).isEqualTo("done");
            assertThat(result(server)).isEqualTo(200);
        }
    }

    @BothEngines
    void closingWakesTheReaderAndTheWriter(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            CountDownLatch both = new CountDownLatch(2);
            CompletableFuture<String> reader = line.on(() -> {
                both.countDown();
                return read(line.wire, LONG);
            });
            CompletableFuture<Boolean> writer = line.on(() -> {
                both.countDown();
                line.wire.write(ByteBuffer.allocate(32 << 20), LONG);
                return true;
            });
            both.await();
            ByteBuffer some = ByteBuffer.allocate(1 << 16);
            assertThat(line.far.read(some)).isPositive(); // so the writer is at it
            line.get(() -> {
                line.wire.close();
                return true;
            });
            assertThat(line.wire.isOpen()).isFalse();
            assertThatThrownBy(() -> result(writer)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> result(reader)).isInstanceOf(IOException.class);
        }
    }

    @BothEngines
    void noReadWaitsLongerThanItsLimit(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            CountDownLatch begun = new CountDownLatch(1);
            CompletableFuture<String> waiting = line.on(() -> {
                begun.countDown();
                return read(line.wire, Wire.FOREVER);
            });
            begun.await();
            line.get(() -> {
                line.wire.limitReads(30 * MILLI);
                return true;
            });
            assertThatThrownBy(() -> result(waiting)).isInstanceOf(WireTimeout.class);
        }
    }

    @BothEngines
    void aReadThatWaitsCanBeGivenAnotherTime(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            CountDownLatch begun = new CountDownLatch(1);
            CompletableFuture<String> waiting = line.on(() -> {
                line.wire.postponeReads(1); // nobody waits yet: this does nothing
                begun.countDown();
                return read(line.wire, Wire.FOREVER);
            });
            begun.await();
            int rounds = 0;
            while (!waiting.isDone()) { // until it waits, there is nothing to give a time to
                line.get(() -> {
                    line.wire.postponeReads(20 * MILLI);
                    return true;
                });
                if (ended(waiting)) break;
                assertThat(++rounds).as("the read was never ended").isLessThan(20);
            }
            assertThatThrownBy(() -> result(waiting)).isInstanceOf(WireTimeout.class);
        }
    }

    @BothEngines
    void aWireAtRestIsQuietUntilResumed(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            assertThat(line.get(() -> {
                        line.wire.rest(LONG, () -> {
                            throw new AssertionError("nothing has happened");
                        });
                        return line.wire.resume();
                    }))
                    .isTrue();
            line.send("x");
            assertThat(line.get(() -> read(line.wire, LONG))).isEqualTo("x");
        }
    }

    @BothEngines
    void aWireAtRestIsNotUsedAgainAfterTheEnd(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            line.far.shutdownOutput();
            assertThat(line.get(() -> read(line.wire, LONG))).isEqualTo("(end)"); // it has come, and stays
            assertThat(line.get(() -> {
                        line.wire.rest(LONG, () -> {});
                        return line.wire.resume();
                    }))
                    .isFalse();
        }
    }

    @Test
    void aLoopTellsOfTheEndOfAWireAtRest() throws Throwable {
        try (Line line = new Line(EngineKind.EVENT_LOOPS)) {
            CountDownLatch event = new CountDownLatch(1);
            line.get(() -> {
                line.wire.rest(LONG, event::countDown);
                return true;
            });
            line.far.close();
            assertThat(event.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(line.get(line.wire::resume)).isFalse();
        }
    }

    @BothEngines
    void restEndsWhenItsTimeIsOver(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            CountDownLatch event = new CountDownLatch(1);
            line.get(() -> {
                line.wire.rest(20 * MILLI, event::countDown);
                return true;
            });
            assertThat(event.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @BothEngines
    void aWatcherIsCalledOnceWhenSomethingComes(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            CompletableFuture<Integer> seen = new CompletableFuture<>();
            line.get(() -> {
                line.wire.watch(() -> {
                    try {
                        seen.complete(line.wire.readNow(ByteBuffer.allocate(10)));
                    } catch (IOException e) {
                        seen.completeExceptionally(e);
                    }
                });
                return true;
            });
            if (kind == EngineKind.EVENT_LOOPS) assertThat(seen).isNotDone();
            line.send("abc");
            assertThat(result(seen)).isIn(3, 0); // the fallback looks, whether something came or not
        }
    }

    @BothEngines
    void afterUnwatchNobodyIsCalled(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            line.get(() -> {
                line.wire.watch(() -> {
                    throw new AssertionError("called after unwatch");
                });
                line.wire.unwatch();
                return true;
            });
            line.send("abc");
            assertThat(line.get(() -> read(line.wire, LONG))).isEqualTo("abc");
        }
    }

    @BothEngines
    void readNowDoesNotWait(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            ByteBuffer buffer = ByteBuffer.allocate(10);
            assertThat(line.get(() -> line.wire.readNow(buffer))).isZero();
            line.far.shutdownOutput();
            assertThat(line.get(() -> read(line.wire, LONG))).isEqualTo("(end)");
            assertThat(line.get(() -> line.wire.readNow(buffer))).isEqualTo(-1);
        }
    }

    @BothEngines
    void aRefusedConnectionIsTold(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind);
                RefusingPort port = new RefusingPort()) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port.port());
            assertThatThrownBy(() -> line.get(() -> line.lane.connect(address, LONG)))
                    .isInstanceOf(ConnectException.class);
        }
    }

    @BothEngines
    void aConnectionThatIsNotTakenEndsInTime(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind);
                FullPort port = new FullPort()) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port.port());
            assertThatThrownBy(() -> line.get(() -> line.lane.connect(address, 50 * MILLI)))
                    .isInstanceOf(WireTimeout.class);
        }
    }

    @BothEngines
    void abortIsAReset(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            line.get(() -> {
                line.wire.abort();
                return true;
            });
            assertThatThrownBy(() -> line.far.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
        }
    }

    @BothEngines
    void buffersAreTakenAgain(EngineKind kind) throws Throwable {
        try (Line line = new Line(kind)) {
            assertThat(line.get(() -> {
                        Buffers buffers = line.lane.buffers();
                        ByteBuffer first = buffers.take();
                        ByteBuffer second = buffers.take();
                        assertThat(second).isNotSameAs(first);
                        first.position(5).limit(7);
                        buffers.give(first);
                        ByteBuffer again = buffers.take();
                        buffers.give(second);
                        assertThat(again).isSameAs(first);
                        return again.position() == 0
                                && again.isDirect()
                                && again.remaining() == Buffers.FRONT + Buffers.PAYLOAD + Buffers.MARGIN;
                    }))
                    .isTrue();
        }
    }

    @Test
    @SuppressWarnings("ThreadPriorityCheck") // a yield gives the loop the chance to run two at once, were there a fault
    void whatALoopStartsRunsOnItsThreadAndNowhereElse() throws Throwable {
        try (Line line = new Line(EngineKind.EVENT_LOOPS)) {
            Set<Thread> running = ConcurrentHashMap.newKeySet();
            int[] plain = new int[1]; // no lock: a loop runs one thread at a time
            int tasks = 40;
            CountDownLatch done = new CountDownLatch(tasks);
            for (int i = 0; i < tasks; i++) {
                line.lane.start(() -> {
                    for (int turn = 0; turn < 50; turn++) {
                        running.add(Thread.currentThread());
                        assertThat(running).hasSize(1);
                        plain[0]++;
                        running.remove(Thread.currentThread());
                        Thread.yield();
                    }
                    done.countDown();
                });
            }
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(line.get(() -> plain[0])).isEqualTo(tasks * 50);
        }
    }
}
