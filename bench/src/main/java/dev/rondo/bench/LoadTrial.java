package dev.rondo.bench;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/** Requests by wrk. */
record LoadTrial(Load load) implements Trial {
    @Override
    public Figures measure(Workbench bench, Proxy proxy, int seconds)
            throws IOException, BenchException, InterruptedException {
        ProcessTree.Cpu before = proxy.tree().cpu();
        Wrk.Counted counted = bench.wrk().measure(load, proxy.port(), seconds);
        ProcessTree.Cpu used = proxy.tree().cpu().minus(before);
        ProcessTree.Memory memory = proxy.tree().memory();
        Map<Metric, Double> figures = new EnumMap<>(Metric.class);
        figures.put(Metric.REQUESTS, counted.perSecond());
        figures.put(Metric.CPU, used.sum() / counted.requests());
        figures.put(Metric.USER, used.user() / counted.requests());
        figures.put(Metric.CPU_PER_MEGABYTE, used.sum() / counted.requests() / ((load.sent() + load.received()) / 1e6));
        figures.put(Metric.P50, counted.p50());
        figures.put(Metric.P99, counted.p99());
        figures.put(Metric.RSS, memory.rss() / 1024);
        figures.put(Metric.PSS, memory.pss() / 1024);
        figures.put(Metric.ERRORS, (double) counted.errors());
        return new Figures(figures);
    }

    @Override
    public void warm(Workbench bench, Proxy proxy, int seconds)
            throws IOException, BenchException, InterruptedException {
        var unused = bench.wrk().run(load, proxy.port(), seconds);
    }
}
