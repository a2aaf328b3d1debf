package dev.rondo.balancer.proxy;

import dev.rondo.balancer.config.RetryOn;
import dev.rondo.balancer.http.ByteSink;
import dev.rondo.balancer.http.HttpDate;
import dev.rondo.balancer.http.Limits;
import dev.rondo.balancer.telemetry.Attempt;
import dev.rondo.balancer.telemetry.BackendLabels;
import dev.rondo.balancer.telemetry.Exchange;
import dev.rondo.balancer.telemetry.HedgeOutcome;
import dev.rondo.balancer.telemetry.Recorder;
import dev.rondo.balancer.wire.Lane;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What the relay keeps for each lane. Every method takes the lane's lock, which is free on an event loop. */
final class LaneState {
    private static final int KEPT = 1024;

    final Lane lane;
    private final Recorder recorder;
    private final RandomGenerator random;
    private final RandomGenerator picks;
    private final HttpDate date = new HttpDate();
    private final ArrayDeque<Workspace> workspaces = new ArrayDeque<>();
    private final Set<ClientConnection> connections = new HashSet<>();
    private volatile int open;
    private volatile int resting;

    LaneState(Lane lane, Recorder recorder, RandomGenerator random) {
        this.lane = lane;
        this.recorder = recorder;
        this.random = random;
        this.picks =
                new Random(random.nextLong()); // its steps are atomic: a lane of the fallback engine has many threads
    }

    Workspace takeWorkspace(Limits limits) {
        lane.lock();
        try {
            Workspace workspace = workspaces.pollLast();
            boolean fits = workspace != null && workspace.limits.equals(limits); // a reload may have changed them
            return workspace != null && fits ? workspace : new Workspace(limits, lane.buffers());
        } finally {
            lane.unlock();
        }
    }

    void giveWorkspace(Workspace workspace) {
        lane.lock();
        try {
            if (workspaces.size() < KEPT && workspace.isSmall()) workspaces.addLast(workspace);
        } finally {
            lane.unlock();
        }
    }

    /** The date field's value at {@code millis} since the epoch. */
    byte[] date(long millis) {
        lane.lock();
        try {
            return date.at(millis);
        } finally {
            lane.unlock();
        }
    }

    /** A new request id: 128 random bits in hexadecimal. */
    byte[] newRequestId() {
        ByteSink sink = new ByteSink(32);
        lane.lock();
        try {
            sink.putHex(random.nextLong()).putHex(random.nextLong());
        } finally {
            lane.unlock();
        }
        return sink.array();
    }

    void opened(ClientConnection connection) {
        lane.lock();
        try {
            connections.add(connection);
            open = connections.size();
            recorder.clientConnections(1);
        } finally {
            lane.unlock();
        }
    }

    void closed(ClientConnection connection) {
        lane.lock();
        try {
            connections.remove(connection);
            open = connections.size();
            recorder.clientConnections(-1);
        } finally {
            lane.unlock();
        }
    }

    List<ClientConnection> all() {
        lane.lock();
        try {
            return new ArrayList<>(connections);
        } finally {
            lane.unlock();
        }
    }

    /** Open connections; may be called from anywhere. */
    int open() {
        return open;
    }

    /** Counts connections that rest; called with the lane's lock held. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // the lane alone writes
    void rests(int delta) {
        resting += delta;
    }

    /** Connections that hold no thread; may be called from anywhere. */
    int resting() {
        return resting;
    }

    void record(Exchange exchange) {
        lane.lock();
        try {
            recorder.record(exchange);
        } finally {
            lane.unlock();
        }
    }

    void picked(BackendLabels backend) {
        lane.lock();
        try {
            recorder.picked(backend);
        } finally {
            lane.unlock();
        }
    }

    void retry(BackendLabels backend, RetryOn how) {
        lane.lock();
        try {
            recorder.retry(backend, how);
        } finally {
            lane.unlock();
        }
    }

    void hedge(BackendLabels slow, HedgeOutcome how) {
        lane.lock();
        try {
            recorder.hedge(slow, how);
        } finally {
            lane.unlock();
        }
    }

    /** Chance for pickers. Any thread of the lane may use it. */
    RandomGenerator picks() {
        return picks;
    }

    void connectionUsed(Attempt attempt) {
        lane.lock();
        try {
            recorder.connectionUsed(attempt.backend(), attempt.reused());
        } finally {
            lane.unlock();
        }
    }

    void staleRepeat(BackendLabels backend) {
        lane.lock();
        try {
            recorder.staleRepeat(backend);
        } finally {
            lane.unlock();
        }
    }
}
