package dev.rondo.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A process that may open 256 files, and more clients than that. */
final class DescriptorsRow implements Scenario {
    private static final int LIMIT = 256;
    private static final int HOLDERS = 400;
    private static final double BUSY = 0.5;

    @Override
    public String name() {
        return "descriptors";
    }

    @Override
    public String event() {
        return HOLDERS + " idle clients of a balancer that may open " + LIMIT + " files (ulimit -n)";
    }

    @Override
    public void play(Stage stage) throws IOException, InterruptedException {
        List<Backend> backends = stage.backends(2);
        String configuration =
                "access-log: off\ndrain: {delay: 0s}\ntimeouts: {keep-alive: 10m}\n" + stage.list(backends, "");
        List<String> limited = List.of("bash", "-c", "ulimit -n " + LIMIT + " && exec \"$@\"", "bash");
        Balancer balancer = Balancer.start(stage, "rondo", configuration, limited, stage.log("rondo"));
        List<Socket> holders = new ArrayList<>();
        try {
            for (int i = 0; i < HOLDERS; i++)
                holders.add(new Socket(InetAddress.getLoopbackAddress(), balancer.port()));
            Load starving = stage.load("starving", balancer.url("/"), "--duration", "3s", "--timeout", "2s");
            double before = balancer.cpu();
            Load.Ledger meanwhile = stage.count("starving", starving.ledger(Duration.ofSeconds(60)));
            double used = balancer.cpu() - before;
            int open = balancer.descriptors();
            stage.must("alive while clients wait", balancer.isLive(), balancer.isLive());
            stage.must("never spins: seconds on a processor in 3 to 5, " + BUSY, used < BUSY, used);
            stage.must("files open, " + LIMIT + " at most", open <= LIMIT, open);
            boolean polite = meanwhile.failedByCause().keySet().stream()
                    .allMatch(cause ->
                            cause.endsWith(" timeout") || cause.endsWith(" refused") || cause.contains("status-5"));
            stage.must(
                    "who cannot be served waits or is refused, and is not cut off", polite, meanwhile.failedByCause());
        } finally {
            for (Socket holder : holders) holder.close();
        }
        Load load = stage.load("again", balancer.url("/"), "--duration", "1h");
        Clock.pass(Duration.ofSeconds(4));
        Load.Ledger again = stage.count("again", load.stop());
        stage.must(
                "serves again by itself: failed, 0",
                again.number("failed") == 0 && again.good() > 0,
                again.failedByCause());
        stage.must("alive", balancer.isLive() && balancer.process().isAlive(), balancer.isLive());
    }
}
