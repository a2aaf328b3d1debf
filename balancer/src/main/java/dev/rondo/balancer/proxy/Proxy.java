package dev.rondo.balancer.proxy;

import dev.rondo.balancer.config.Configuration;
import dev.rondo.balancer.route.Router;
import dev.rondo.balancer.telemetry.Recorder;
import dev.rondo.balancer.wire.Engine;
import dev.rondo.balancer.wire.Lane;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Takes client connections and relays what comes on them until they end. Thread-safe. */
public final class Proxy {
    private static final System.Logger LOG = System.getLogger(Proxy.class.getName());

    private final Engine engine;
    private final Graces graces;
    private final List<LaneState> lanes = new ArrayList<>();
    /** Requests in work; counted only where that is limited. */
    private final AtomicInteger inFlight = new AtomicInteger();

    private volatile Settings settings;
    private volatile Router router;
    private volatile boolean draining;

    /**
     * @param recorders one for each lane, by index
     * @param randoms gives each lane the randomness for request ids
     */
    public Proxy(
            Engine engine,
            Configuration configuration,
            Router router,
            List<Recorder> recorders,
            Graces graces,
            IntFunction<RandomGenerator> randoms) {
        this.engine = engine;
        this.graces = graces;
        this.settings = Settings.of(configuration, graces);
        this.router = router;
        for (Lane lane : engine.lanes()) {
            lanes.add(new LaneState(lane, recorders.get(lane.index()), randoms.apply(lane.index())));
        }
    }

    /** From the next request of each connection on, another configuration holds. */
    public void configure(Configuration next, Router routes) {
        settings = Settings.of(next, graces);
        router = routes;
    }

    /**
     * Counts a request more, where that is limited; false where there are as many as may be. Only then is {@link #leave} to be
     * called.
     */
    boolean enter(int most) {
        int now;
        do {
            now = inFlight.get();
            if (now >= most) return false;
        } while (!inFlight.compareAndSet(now, now + 1));
        return true;
    }

    void leave() {
        inFlight.decrementAndGet();
    }

    Settings settings() {
        return settings;
    }

    Router router() {
        return router;
    }

    /** A connection that is served: for whoever must know when it has ended, or end it. */
    public interface Session {
        /** Waits until the connection has ended. */
        void await() throws InterruptedException;

        /** Ends the connection at once. */
        void abort();
    }

    /**
     * Serves {@code channel} on the next lane.
     *
     * @param peer who is at the other end: the peer's address, or what a PROXY header says
     */
    public Session serve(SocketChannel channel, InetAddress peer) {
        return start(channel, peer, ClientConnection::run);
    }

    /** Tells the client on {@code channel} that it has too many connections, and ends this one. */
    public Session refuse(SocketChannel channel, InetAddress peer) {
        return start(channel, peer, ClientConnection::refuse);
    }

    private Session start(SocketChannel channel, InetAddress peer, Consumer<ClientConnection> what) {
        LaneState state = lanes.get(engine.nextLane().index());
        Running running = new Running(state, channel, peer, what);
        state.lane.start(running);
        return running;
    }

    private final class Running implements Runnable, Session {
        private final Consumer<ClientConnection> what;
        private final LaneState state;
        private final SocketChannel channel;
        private final InetAddress peer;
        private volatile @Nullable ClientConnection connection;
        private volatile boolean ended;
        private volatile @Nullable Thread waiter;

        Running(LaneState state, SocketChannel channel, InetAddress peer, Consumer<ClientConnection> what) {
            this.what = what;
            this.state = state;
            this.channel = channel;
            this.peer = peer;
        }

        @Override
        public void run() {
            try {
                ClientConnection made =
                        new ClientConnection(Proxy.this, state, state.lane.adopt(channel), peer, this::end);
                connection = made;
                what.accept(made);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "a connection of " + peer + " ended early", e);
                closeQuietly();
            } catch (Throwable e) { // the descriptor must not be lost with the thread
                LOG.log(System.Logger.Level.ERROR, "a connection of " + peer + " failed inside Rondo", e);
                closeQuietly();
            }
        }

        private void closeQuietly() {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "closing a connection of " + peer, e);
            }
            end();
        }

        private void end() {
            ended = true;
            LockSupport.unpark(waiter);
        }

        /** Without a latch: its frames would be a third of the stack that every connection's waiting thread keeps. */
        @Override
        public void await() throws InterruptedException {
            waiter = Thread.currentThread();
            while (!ended) {
                LockSupport.park(this);
                if (Thread.interrupted()) throw new InterruptedException();
            }
        }

        @Override
        public void abort() {
            ClientConnection now = connection;
            if (now != null) state.lane.start(now::cut);
            else closeQuietly();
        }
    }

    /** From now on every answer is the last on its connection, and idle connections are closed. */
    public void drain() {
        draining = true;
        for (LaneState state : lanes) {
            state.lane.start(() -> state.all().forEach(ClientConnection::drain));
        }
    }

    /** Whether {@link #drain} was called. */
    public boolean isDraining() {
        return draining;
    }

    /** Ends every connection at once. */
    public void abort() {
        for (LaneState state : lanes) {
            state.lane.start(() -> state.all().forEach(ClientConnection::cut));
        }
    }

    /** Client connections that hold no thread while nothing comes. */
    public int resting() {
        int count = 0;
        for (LaneState state : lanes) count += state.resting();
        return count;
    }

    /** Open client connections. */
    public int connections() {
        int count = 0;
        for (LaneState state : lanes) count += state.open();
        return count;
    }
}
