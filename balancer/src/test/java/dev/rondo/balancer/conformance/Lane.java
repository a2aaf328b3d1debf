package dev.rondo.balancer.conformance;

import dev.rondo.balancer.config.EngineKind;
import dev.rondo.balancer.testkit.Balancer;
import dev.rondo.balancer.testkit.Configurations;
import dev.rondo.balancer.testkit.Peer;
import dev.rondo.balancer.testkit.RawBackend;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A balancer and a backend of its own, and cases that run on them one after the other: what a case leaves behind, in a
 * connection or a queue, meets the canaries of that case and nobody else's.
 */
final class Lane {
    static final String MARK_NAME = "X-LB-Mark";
    static final String MARK = "m4rk";

    /** A case, ready to run. */
    @FunctionalInterface
    interface Job {
        Outcome run(int port, CaseBackend backend) throws Exception;
    }

    private record Entry(Job job, CompletableFuture<Outcome> outcome) {}

    private final EngineKind engine;
    private final boolean partialOk;
    private final boolean impatient;
    private final List<Entry> entries = new CopyOnWriteArrayList<>();
    private final CompletableFuture<CaseBackend.Log> leftOver = new CompletableFuture<>();

    /**
     * A lane.
     *
     * @param partialOk whether its cases may leave requests half-forwarded
     * @param impatient whether its cases need the times of the specification to run out; to others a machine that pauses for as
     *     long must not matter
     */
    Lane(EngineKind engine, boolean partialOk, boolean impatient) {
        this.engine = engine;
        this.partialOk = partialOk;
        this.impatient = impatient;
    }

    /** Adds a case, before {@link #start()}. */
    CompletableFuture<Outcome> add(Job job) {
        Entry entry = new Entry(job, new CompletableFuture<>());
        entries.add(entry);
        return entry.outcome();
    }

    /** What came to the backend behind the last case, when every connection has ended. */
    CompletableFuture<CaseBackend.Log> leftOver() {
        return leftOver;
    }

    boolean partialOk() {
        return partialOk;
    }

    /** Runs the cases in a thread of their own. */
    void start() {
        Thread.ofVirtual().start(this::run);
    }

    private void run() {
        try {
            CaseBackend log = new CaseBackend();
            List<Peer> peers = new CopyOnWriteArrayList<>();
            try (RawBackend backend = RawBackend.start(peer -> {
                peers.add(peer);
                log.serve(peer);
            })) {
                try (Balancer balancer = configuration(backend.port()).start()) {
                    for (Entry entry : entries) {
                        try {
                            entry.outcome().complete(entry.job().run(balancer.port(), log));
                        } catch (Exception | AssertionError e) {
                            entry.outcome().completeExceptionally(e);
                        }
                    }
                }
                for (Peer peer : peers) peer.awaitScript();
            }
            leftOver.complete(log.take());
        } catch (Throwable e) {
            entries.forEach(entry -> entry.outcome().completeExceptionally(e));
            leftOver.completeExceptionally(e);
        }
    }

    /** As the cases ask for it: a mark on every request and, where it matters, 2 s for an answer, 3 s for a client. */
    private Configurations configuration(int backend) {
        Configurations usual =
                Configurations.on(engine).backends(backend).loops(1).setRequestField(MARK_NAME, MARK);
        if (!impatient) return usual;
        return usual.response(Duration.ofSeconds(2))
                .upstreamIdle(Duration.ofSeconds(2))
                .requestHead(Duration.ofSeconds(3))
                .clientIdle(Duration.ofSeconds(3));
    }
}
