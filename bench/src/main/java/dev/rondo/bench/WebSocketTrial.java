package dev.rondo.bench;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/** Messages that a WebSocket backend echoes. */
record WebSocketTrial(int connections) implements Trial {
    @Override
    public Figures measure(Workbench bench, Proxy proxy, int seconds)
            throws IOException, BenchException, InterruptedException {
        ProcessTree.Cpu before = proxy.tree().cpu();
        WebSocketLoad.Counted counted = new WebSocketLoad(proxy.port(), connections).run(seconds);
        ProcessTree.Cpu used = proxy.tree().cpu().minus(before);
        if (counted.messages() == 0) throw new BenchException("no message came back");
        Map<Metric, Double> figures = new EnumMap<>(Metric.class);
        figures.put(Metric.MESSAGES, counted.messages() / counted.seconds());
        figures.put(Metric.CPU, used.sum() / counted.messages());
        figures.put(Metric.USER, used.user() / counted.messages());
        figures.put(Metric.P50, (double) counted.p50());
        figures.put(Metric.P99, (double) counted.p99());
        figures.put(Metric.RSS, proxy.tree().memory().rss() / 1024);
        figures.put(Metric.ERRORS, (double) counted.errors());
        return new Figures(figures);
    }

    @Override
    public void warm(Workbench bench, Proxy proxy, int seconds)
            throws IOException, BenchException, InterruptedException {
        var unused = new WebSocketLoad(proxy.port(), connections).run(seconds);
    }
}
