package dev.rondo.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** No backend is left: each fails its requests, then its checks, then each is gone. */
final class AllDownRow implements Scenario {
    private static final long INTERVAL = 500;
    private static final double QUICK = 50;
    /** A check's interval is longer by a fifth at most, by chance; the rest is the machine's. */
    private static final long WITHIN = INTERVAL * 12 / 10 + 300;

    @Override
    public String name() {
        return "all-down";
    }

    @Override
    public String event() {
        return "all backends fail, or are ejected, or are gone";
    }

    @Override
    public void play(Stage stage) throws IOException, InterruptedException {
        List<Backend> backends = stage.backends(2);
        Balancer balancer = stage.balancer("health-check: {path: /health, interval: " + INTERVAL
                + "ms, timeout: 400ms, fall: 1, rise: 1}\n" + stage.list(backends, ""));
        load(stage, balancer, "well", "0");

        for (Backend backend : backends) backend.tell("fail 503 1");
        Load.Ledger failing = load(stage, balancer, "failing", "503");
        stage.must(
                "all ejected or failing: answers are the backends' own 503 (panic), never none",
                onlyStatuses(failing),
                failing.failedByCause());
        for (Backend backend : backends) backend.tell("fail 0 0");
        recovers(stage, balancer, "after requests that failed");

        for (Backend backend : backends) backend.tell("health 500");
        Clock.await(
                Duration.ofSeconds(5),
                "checks do not fail",
                () -> balancer.get("/").status() == 503);
        refuses(stage, balancer, "unwell", "checks fail");
        for (Backend backend : backends) backend.tell("health 200");
        recovers(stage, balancer, "after failed checks");

        for (Backend backend : backends) backend.kill();
        Clock.await(
                Duration.ofSeconds(5), "nobody notices", () -> balancer.get("/").status() == 503);
        refuses(stage, balancer, "gone", "all are gone");
        for (Backend backend : backends) backend.start();
        recovers(stage, balancer, "after a restart of all");
        load(stage, balancer, "again", "0");
    }

    private static Load.Ledger load(Stage stage, Balancer balancer, String prefix, String expected)
            throws IOException, InterruptedException {
        Load load = stage.load(prefix, balancer.url("/"), Load.warmFor(stage.size(10, 3)));
        Load.Ledger ledger = stage.count(prefix, load.ledger(Duration.ofSeconds(60)));
        if (expected.equals("0"))
            stage.must("nothing fails while all are well", ledger.failed(_ -> true) == 0, ledger.failedByCause());
        return ledger;
    }

    private static boolean onlyStatuses(Load.Ledger ledger) {
        return ledger.failed(each -> each.status() == 0) == 0;
    }

    private static void refuses(Stage stage, Balancer balancer, String prefix, String why)
            throws IOException, InterruptedException {
        Load.Ledger ledger = load(stage, balancer, prefix, "503");
        String body = balancer.get("/").body();
        stage.must(why + ": 503 with the reason", body.contains("no-healthy-backend"), body.strip());
        stage.must(
                why + ": p99 of 503, " + QUICK + " ms",
                ledger.good() == 0 && ledger.took("status-503", "p99") <= QUICK,
                ledger.took("status-503", "p99"));
        stage.must(why + ": nothing but 503", ledger.failed(each -> each.status() != 503) == 0, ledger.failedByCause());
        stage.must(why + ": alive and not ready", balancer.isLive() && !balancer.isReady(), balancer.isReady());
    }

    private static void recovers(Stage stage, Balancer balancer, String after)
            throws IOException, InterruptedException {
        long millis =
                Clock.elapsed(Duration.ofSeconds(10), () -> balancer.get("/").status() == 200);
        stage.must(
                "recovers " + after + " within one interval, " + WITHIN + " ms",
                millis >= 0 && millis <= WITHIN,
                millis + " ms");
    }
}
