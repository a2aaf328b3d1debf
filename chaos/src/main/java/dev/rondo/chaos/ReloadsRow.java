package dev.rondo.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The configuration changes many times a second under everything that has a connection open. */
final class ReloadsRow implements Scenario {
    private static final int WINDOW = 100;
    private static final int CLIENTS = 16;

    @Override
    public String name() {
        return "reloads";
    }

    @Override
    public String event() {
        return "the configuration changes and is reloaded, under kept-alive clients, WebSockets and a download";
    }

    @Override
    public void play(Stage stage) throws IOException, InterruptedException {
        List<Backend> backends = stage.backends(3);
        int reloads = stage.size(1_000, 100);
        Duration time = Duration.ofMillis(reloads * 60L);
        Balancer balancer = stage.balancer(configuration(stage, backends, 0));
        Load load = stage.load(
                "kept",
                balancer.url("/"),
                "--new-connection-share",
                "0",
                "--connections",
                "" + CLIENTS,
                "--duration",
                "1h");
        Tunnels tunnels = new Tunnels(balancer.port(), 10);
        long bytes = stage.size(1_000_000_000, 100_000_000);
        CompletableFuture<String> download = Download.start(balancer.port(), bytes, time);
        List<String> sequence = new ArrayList<>();
        Thread asking = Thread.ofVirtual().start(() -> ask(balancer, sequence));
        Clock.pass(Duration.ofSeconds(2));

        long before = gone(backends);
        long begin = System.nanoTime();
        int taken = 0;
        for (int i = 1; i <= reloads; i++) {
            stage.configure(balancer, configuration(stage, backends, i));
            if (balancer.post("/reload") == 200) taken++;
            long due = begin + time.toNanos() * i / reloads - System.nanoTime();
            if (due > 0) Clock.pass(Duration.ofNanos(due));
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        String cut = download.join();
        long closed = gone(backends) - before;
        asking.interrupt();
        asking.join();
        Load.Ledger ledger = stage.count("kept", load.stop());

        stage.must("reloads taken, " + reloads, taken == reloads, taken + " in " + seconds + " s");
        stage.must("requests failed, 0", ledger.number("failed") == 0, ledger.failedByCause());
        long replaced =
                ledger.number("connections") - CLIENTS + ledger.number("foundClosed") + ledger.number("reopened");
        stage.must("clients' connections closed, 0", replaced == 0, replaced);
        stage.must("connections to backends closed, 0", closed == 0, closed);
        long broken = tunnels.end();
        stage.must(
                "WebSockets broken, 0 of 10",
                broken == 0 && tunnels.echoes() > 0,
                broken + ", " + tunnels.echoes() + " echoes");
        stage.must("download of " + bytes + " bytes whole", cut.isEmpty(), cut);
        int windows = Math.max(0, sequence.size() - WINDOW + 1);
        long uneven = uneven(sequence);
        stage.must(
                "windows of " + WINDOW + " requests whose counts differ by more than 1, 0",
                windows > WINDOW && uneven == 0,
                uneven + " of " + windows);
    }

    /**
     * Others each time: the times of the pools in use, and a pool that comes and goes. Connections to backends may rest for longer
     * than the row takes, so that none is closed for that.
     */
    private static String configuration(Stage stage, List<Backend> backends, int number) {
        StringBuilder yaml = new StringBuilder();
        yaml.append("timeouts: {upstream-keep-alive: 10m, idle: ")
                .append(30 + number % 7)
                .append("s}\n");
        yaml.append("pools:\n");
        pool(stage, yaml, "even", backends.subList(0, 2));
        pool(stage, yaml, "main", backends);
        if (number % 2 == 1) pool(stage, yaml, "other", backends.subList(2, 3));
        yaml.append("routes:\n  - {path-prefix: /even, pool: even}\n  - {pool: main}\n");
        return yaml.toString();
    }

    private static void pool(Stage stage, StringBuilder yaml, String name, List<Backend> backends) {
        yaml.append("  ").append(name).append(":\n    strategy: round-robin\n    ");
        yaml.append(stage.list(backends, "").replace("\n", "\n    ").stripTrailing())
                .append('\n');
    }

    private static void ask(Balancer balancer, List<String> sequence) {
        try {
            while (true) {
                sequence.add(balancer.get("/even").body());
                Clock.pass(Duration.ofMillis(5));
            }
        } catch (InterruptedException e) {
            // it is enough
        }
    }

    private static long uneven(List<String> sequence) {
        long uneven = 0;
        for (int from = 0; from + WINDOW <= sequence.size(); from++) {
            Map<String, Integer> counts = new HashMap<>();
            for (String who : sequence.subList(from, from + WINDOW)) counts.merge(who, 1, Integer::sum);
            int first = counts.getOrDefault("b1", 0);
            int second = counts.getOrDefault("b2", 0);
            if (Math.abs(first - second) > 1 || first + second != WINDOW) uneven++;
        }
        return uneven;
    }

    private static long gone(List<Backend> backends) throws IOException {
        long gone = 0;
        for (Backend backend : backends) {
            gone += Books.entries(backend.ledger()).stream()
                    .filter(entry -> entry.kind().equals("gone"))
                    .count();
        }
        return gone;
    }
}
