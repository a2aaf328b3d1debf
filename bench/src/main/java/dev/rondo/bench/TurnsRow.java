package dev.rondo.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * Proxies that take turns under the same load. Each is started and warmed up by itself; then, round by round, one after the
 * other works while the rest is held by SIGSTOP, so that a JVM keeps what it has compiled and takes no time from another. Before a
 * turn is measured the load runs for a second or more, until connections stand again. The order moves on by one from round to round.
 *
 * @param peers and setup, of a bench
 */
record TurnsRow(
        String name,
        String about,
        Function<Workbench, Setup> setup,
        Trial trial,
        Function<Workbench, List<Peer>> peers,
        List<Metric> columns)
        implements Row {
    private static final int LEAD_IN = 1;
    private static final int CONNECTIONS_A_SECOND = 2_000;
    private static final int OVERHEAD = 2;
    private static final int BURST = 2;
    /** A JVM is warm when its compilers take less than this part of what it takes. */
    private static final double AT_REST = 0.02;
    /** How many times as long as asked for a JVM is warmed up at most. */
    private static final int PATIENCE = 5;

    @Override
    public int seconds(Workbench.Pace pace) {
        int warmups = 2 * pace.nativeWarmup() + 2 * pace.warmup();
        return warmups + pace.rounds() * 4 * (pace.seconds() + LEAD_IN) + 4 * OVERHEAD;
    }

    @Override
    public List<Report> run(Workbench bench) throws IOException, BenchException, InterruptedException {
        return List.of(measure(bench, name + ": " + about, peers.apply(bench), setup.apply(bench), trial, columns));
    }

    static Report measure(
            Workbench bench, String title, List<Peer> peers, Setup setup, Trial trial, List<Metric> columns)
            throws IOException, BenchException, InterruptedException {
        List<Proxy> proxies = new ArrayList<>();
        SequencedMap<String, List<Figures>> turns = new LinkedHashMap<>();
        try {
            for (Peer peer : peers) {
                Workbench.say("warming up " + peer.name());
                Proxy proxy = bench.start(peer, setup);
                proxies.add(proxy);
                turns.put(peer.name(), new ArrayList<>());
                if (peer instanceof Rondo) warmUp(bench, proxy, trial);
                else trial.warm(bench, proxy, bench.pace().nativeWarmup());
                bench.children().pause(proxy.process());
            }
            for (int round = 0; round < bench.pace().rounds(); round++) {
                for (int i = 0; i < proxies.size(); i++) {
                    Proxy proxy = proxies.get((i + round) % proxies.size());
                    Workbench.say("round " + (round + 1) + ": " + proxy.peer().name());
                    turns.getOrDefault(proxy.peer().name(), List.of()).add(turn(bench, proxy, setup, trial));
                }
            }
        } finally {
            for (Proxy proxy : proxies) bench.stop(proxy);
        }
        return new Report(title, columns, turns);
    }

    /**
     * Until the compilers rest. In bursts: what connections do at their end is compiled, too, before a turn ends and makes it
     * known.
     */
    private static void warmUp(Workbench bench, Proxy proxy, Trial trial)
            throws IOException, BenchException, InterruptedException {
        int least = bench.pace().warmup();
        boolean rests = false;
        int seconds = 0;
        while (seconds < least || (!rests && seconds < PATIENCE * least)) {
            double compiled = proxy.tree().compilers();
            ProcessTree.Cpu before = proxy.tree().cpu();
            trial.warm(bench, proxy, BURST);
            double used = proxy.tree().cpu().minus(before).sum();
            rests = proxy.tree().compilers() - compiled < AT_REST * used;
            seconds += BURST;
        }
        if (!rests) Workbench.say(proxy.peer().name() + " still compiles after " + seconds + " s");
    }

    private static Figures turn(Workbench bench, Proxy proxy, Setup setup, Trial trial)
            throws IOException, BenchException, InterruptedException {
        bench.children().resume(proxy.process());
        trial.warm(bench, proxy, LEAD_IN + setup.connections() / CONNECTIONS_A_SECOND);
        Figures figures = trial.measure(bench, proxy, bench.pace().seconds());
        bench.children().pause(proxy.process());
        return figures;
    }
}
