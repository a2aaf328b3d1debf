package dev.rondo.chaos;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;

/** Neither log can be written. */
final class FullDiskRow implements Scenario {
    private static final File FULL = new File("/dev/full");

    @Override
    public String name() {
        return "full-disk";
    }

    @Override
    public String event() {
        return "both logs go to a full disk (/dev/full)";
    }

    @Override
    public void play(Stage stage) throws IOException, InterruptedException {
        List<Backend> backends = stage.backends(2);
        String configuration = "access-log: {path: " + FULL + "}\nlog: {levels: {root: debug}}\ndrain: {delay: 0s}\n"
                + stage.list(backends, "");
        Balancer balancer = Balancer.start(stage, "rondo", configuration, List.of(), Redirect.appendTo(FULL));
        int seconds = stage.size(30, 6);
        Load.Ledger ledger = stage.count(
                "full",
                stage.load("full", balancer.url("/"), "--duration", seconds + "s")
                        .ledger(Duration.ofSeconds(90)));
        stage.must("requests failed in " + seconds + " s, 0", ledger.number("failed") == 0, ledger.failedByCause());
        double dropped = balancer.metric("rondo_access_log_dropped_total", "");
        stage.must("what is not logged is counted", dropped > 0, (long) dropped);
        stage.must("alive and ready", balancer.isLive() && balancer.isReady(), balancer.isReady());
    }
}
