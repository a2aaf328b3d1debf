package dev.rondo.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/** The file is wrong for a while. */
final class BrokenReloadRow implements Scenario {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String METRIC = "rondo_config_last_reload_success";

    @Override
    public String name() {
        return "broken-reload";
    }

    @Override
    public String event() {
        return "the file is broken, then good again";
    }

    @Override
    public void play(Stage stage) throws IOException, InterruptedException {
        List<Backend> backends = stage.backends(2);
        String good = stage.list(backends, "");
        Balancer balancer = stage.balancer(good);
        Load load = stage.load("broken", balancer.url("/"), "--duration", "1h");
        Clock.pass(Duration.ofSeconds(1));
        stage.configure(balancer, "stratgy: round-robin\n" + good);
        long down = Clock.elapsed(PATIENCE, () -> balancer.metric(METRIC, "") == 0);
        Clock.pass(Duration.ofSeconds(stage.size(10, 3)));
        List<String> lines = Files.readAllLines(stage.file("rondo.log")).stream()
                .filter(line -> line.contains("the configuration in use stays"))
                .toList();
        stage.configure(balancer, "timeouts: {idle: 31s}\n" + good);
        long up = Clock.elapsed(PATIENCE, () -> balancer.metric(METRIC, "") == 1);
        Load.Ledger ledger = stage.count("broken", load.stop());
        stage.must("the metric flips, within 5 s", down >= 0, down + " ms");
        boolean clear = lines.size() == 1
                && lines.getFirst().contains("rondo.yaml:")
                && lines.getFirst().contains("stratgy");
        stage.must("one line that names the place", clear, lines);
        stage.must("the metric flips back, within 5 s", up >= 0, up + " ms");
        stage.must("requests failed, 0", ledger.number("failed") == 0, ledger.failedByCause());
    }
}
