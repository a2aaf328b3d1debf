package dev.rondo.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Every row. */
final class Rows {
    private static final List<Metric> REQUESTS =
            List.of(Metric.REQUESTS, Metric.CPU, Metric.USER, Metric.P50, Metric.P99, Metric.RSS, Metric.ERRORS);
    private static final List<Metric> BYTES = List.of(
            Metric.REQUESTS, Metric.CPU, Metric.CPU_PER_MEGABYTE, Metric.P50, Metric.P99, Metric.RSS, Metric.ERRORS);

    private Rows() {}

    /** Those of the table. */
    static List<Row> compared() {
        return List.of(
                load("tiny", "3 bytes, 64 connections; goal: CPU ≤ 0.95 × nginx, ≤ 0.90 × haproxy", Load.get(64)),
                logged(),
                load("one", "3 bytes, one connection; goal: p50 and p99 as good as the better", Load.get(1)),
                load("post-1k", "POST of 1 KB, 64 connections; goal: CPU ≤ 1.0 × both", Load.post(64, 1_000)),
                load("post-10k", "POST of 10 KB, 64 connections; goal: CPU ≤ 1.0 × both", Load.post(64, 10_000)),
                load(
                        "get-100k",
                        "100 KB, 64 connections; goal: CPU per byte ≤ 1.05 × the better",
                        Load.download(64, "/100000", 100_000)),
                load(
                        "get-10m",
                        "10 MB, 8 connections; goal: CPU per byte ≤ 1.05 × the better",
                        Load.download(8, "/10000000", 10_000_000)),
                load(
                        "upload-10m",
                        "POST of 10 MB, 8 connections; goal: CPU per byte ≤ 1.05 × the better",
                        Load.post(8, 10_000_000)),
                load(
                        "new-conn",
                        "a new connection for each request, 64 at once; goal: CPU ≤ 1.0 × both",
                        Load.get(64).closing()),
                load("active-512", "3 bytes, 512 connections; goal: ratios no worse than of tiny", Load.get(512)),
                load("active-4096", "3 bytes, 4,096 connections; goal: ratios no worse than of tiny", Load.get(4_096)),
                new IdleRow("idle-10000", "10,000 kept client connections; goal: RSS ≤ 120 MB", 10_000),
                webSocket(),
                new StartRow("start", "start to the first proxied byte; goal: ≤ 300 ms, RSS ≤ 64 MB"),
                new ImageRow("image", "compressed; goal: ≤ 90 MB"),
                allocation(),
                new TurnsRow(
                        "fallback",
                        "3 bytes, 64 connections, both engines; goal: CPU of the fallback ≤ 1.35 × that of the loops",
                        bench -> Setup.plain(64, bench.backends(1)),
                        new LoadTrial(Load.get(64)),
                        bench -> List.of(bench.rondo(), bench.fallback()),
                        REQUESTS));
    }

    /** How cost grows. */
    static List<Row> scale() {
        Function<Workbench, List<Peer>> all = bench -> List.of(bench.nginx(), bench.haproxy(), bench.rondo());
        Function<Workbench, List<Peer>> ours = bench -> List.of(bench.rondo());
        return List.of(
                new ScaleRow(
                        "scale-backends",
                        "A tiny request, 64 connections, by the number of backends",
                        "backends",
                        () -> List.of(2, 10, 100, Workbench.LARGEST_POOL),
                        (bench, size) -> Setup.plain(64, bench.backends(size)),
                        all),
                new ScaleRow(
                        "scale-routes",
                        "A tiny request, 64 connections, by the number of routes",
                        "routes",
                        () -> List.of(1, 10, 100, 1_000),
                        new ManyRoutes(),
                        ours),
                new ScaleRow(
                        "scale-connections",
                        "A tiny request, by the number of busy connections",
                        "connections",
                        Rows::connections,
                        new ManyConnections(),
                        all),
                new ScaleRow(
                        "scale-loops",
                        "A tiny request, 64 connections, by the number of loops",
                        "loops",
                        Rows::loops,
                        (bench, size) -> Setup.plain(64, bench.backends(1)).withLoops(size),
                        ours));
    }

    /** All, by name. */
    static List<Row> all() {
        List<Row> rows = new ArrayList<>(compared());
        rows.addAll(scale());
        return rows;
    }

    private static Row load(String name, String about, Load load) {
        return new TurnsRow(
                name,
                about,
                bench -> Setup.plain(load.connections(), bench.backends(1)).large(load.isLarge()),
                new LoadTrial(load),
                Workbench::everyPeer,
                load.isLarge() ? BYTES : REQUESTS);
    }

    private static Row logged() {
        return new TurnsRow(
                "tiny-log",
                "the same with an access log in a file, combined format; goal: CPU ≤ 0.95 × both",
                bench -> Setup.plain(64, bench.backends(1)).logging(),
                new LoadTrial(Load.get(64)),
                Workbench::everyPeer,
                REQUESTS);
    }

    private static Row webSocket() {
        return new TurnsRow(
                "websocket",
                "echo of 64 bytes, 64 connections, CPU per message; goal: ≤ 1.0 × both",
                bench -> Setup.plain(64, List.of(bench.echo())).upgrading(),
                new WebSocketTrial(64),
                Workbench::everyPeer,
                List.of(Metric.MESSAGES, Metric.CPU, Metric.USER, Metric.P50, Metric.P99, Metric.RSS, Metric.ERRORS));
    }

    private static Row allocation() {
        return new TurnsRow(
                "alloc",
                "heap for each tiny request, 64 connections; goal: ≤ 1 KB",
                bench -> Setup.plain(64, bench.backends(1)),
                new AllocationTrial(Load.get(64)),
                bench -> List.of(bench.attachable(true), bench.attachable(false)),
                List.of(Metric.REQUESTS, Metric.ALLOCATION, Metric.ERRORS));
    }

    private static List<Integer> connections() throws IOException {
        return List.of(10, 100, 1_000, IdleRow.fitting(10_000));
    }

    /** 1, 2, 4, … as far as this machine goes. */
    private static List<Integer> loops() {
        List<Integer> loops = new ArrayList<>();
        for (int n = 1; n <= Runtime.getRuntime().availableProcessors(); n *= 2) loops.add(n);
        return loops;
    }

    private static final class ManyRoutes implements ScaleRow.Point {
        @Override
        public Setup setup(Workbench bench, int size) {
            return Setup.plain(64, bench.backends(1)).withRoutes(size);
        }

        @Override
        public Load load(int size) {
            return Load.get(64).to("h0.example.com");
        }
    }

    private static final class ManyConnections implements ScaleRow.Point {
        @Override
        public Setup setup(Workbench bench, int size) {
            return Setup.plain(size, bench.backends(1));
        }

        @Override
        public Load load(int size) {
            return Load.get(size);
        }
    }
}
