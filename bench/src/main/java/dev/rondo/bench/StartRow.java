package dev.rondo.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Time from the start of the program to the first byte of an answer through it, and the memory it has then. */
record StartRow(String name, String about) implements Row {
    private static final int STARTS = 3; // in each round

    @Override
    public int seconds(Workbench.Pace pace) {
        return pace.rounds() * STARTS * 4;
    }

    @Override
    public List<Report> run(Workbench bench) throws IOException, BenchException, InterruptedException {
        SequencedMap<String, List<Figures>> turns = new LinkedHashMap<>();
        for (int round = 0; round < bench.pace().rounds() * STARTS; round++) {
            for (Peer peer : List.of(bench.nginx(), bench.haproxy(), bench.rondo())) {
                Workbench.say("start " + (round + 1) + ": " + peer.name());
                turns.computeIfAbsent(peer.name(), name -> new ArrayList<>()).add(start(bench, peer));
            }
        }
        return List.of(new Report(name + ": " + about, List.of(Metric.START, Metric.RSS, Metric.PSS), turns));
    }

    private static Figures start(Workbench bench, Peer peer) throws IOException, BenchException {
        long begin = System.nanoTime();
        Proxy proxy = bench.start(peer, Setup.plain(64, bench.backends(1)));
        double millis = (System.nanoTime() - begin) / 1e6;
        try {
            ProcessTree.Memory memory = proxy.tree().memory();
            return new Figures(Map.of(
                    Metric.START, millis,
                    Metric.RSS, memory.rss() / 1024,
                    Metric.PSS, memory.pss() / 1024));
        } finally {
            bench.stop(proxy);
        }
    }
}
