package dev.rondo.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Each backend of four is restarted after the other: by its own health first, then by hand over the API. */
final class RollingRow implements Scenario {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Override
    public String name() {
        return "rolling";
    }

    @Override
    public String event() {
        return "rolling restart of four backends, each drained by its failing checks or over the API";
    }

    @Override
    public void play(Stage stage) throws IOException, InterruptedException {
        List<Backend> backends = stage.backends(4);
        Balancer balancer =
                stage.balancer("health-check: {path: /health, interval: 300ms, timeout: 250ms, fall: 2, rise: 1}\n"
                        + stage.list(backends, ""));
        Load load = stage.load("rolling", balancer.url("/"), "--duration", "1h");
        int rounds = stage.size(10, 2);
        for (int round = 0; round < rounds; round++) {
            for (Backend backend : backends) restart(balancer, backend, round % 2 == 0);
        }
        Load.Ledger ledger = stage.count("rolling", load.stop());
        stage.must(
                "requests failed in " + rounds + " rounds, 0 of all",
                ledger.number("failed") == 0,
                ledger.failedByCause());
        stage.must(
                "requests executed twice, 0",
                stage.books().duplicates() + stage.books().repeats() == 0,
                stage.books().repeats());
    }

    private static void restart(Balancer balancer, Backend backend, boolean byItself)
            throws IOException, InterruptedException {
        String path = "/pools/default/backends/" + backend.id();
        if (byItself) {
            backend.stop();
        } else {
            balancer.post(path + "/drain");
            Clock.await(
                    PATIENCE,
                    backend.id() + " is not drained",
                    () -> balancer.backend(backend.id()).intValue("inFlight", -1) == 0);
            backend.kill();
        }
        backend.start();
        if (!byItself) balancer.post(path + "/undrain");
        Clock.await(PATIENCE, backend.id() + " does not come back", () -> balancer.state(backend.id())
                .equals("up"));
    }
}
